package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Backend;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Services for people: where each is reached, what stands behind it, and who gets what. Immutable: of
/// the state that was compiled last, and made when asked, from what the maps' entries are made of.
public final class ServedServices {
    /// Before anything has been compiled.
    public static final ServedServices NONE =
            new ServedServices(Facts.none(Numbers.NONE), new MapSettings("", Optional.empty(), List.of()));

    private final Facts facts;
    private final MapSettings settings;

    /// @param settings of the compiler
    ServedServices(Facts facts, MapSettings settings) {
        this.facts = facts;
        this.settings = settings;
    }

    /// All names, sorted.
    public Stream<ServiceName> names() {
        return facts.state().table(Table.SERVICES).keys().sorted();
    }

    /// Empty if there is none of that name, or it has no address.
    public Optional<ServedService> of(ServiceName name) {
        return facts.service(name)
                .map(service -> new ServedService(
                        service,
                        Claim.of(service).stream().map(this::reached).toList(),
                        Claim.ports(service).sorted().map(this::port).toList()));
    }

    /// Who is reached at an address, at a port of it or at any. At a node's address these are node ports,
    /// too.
    public Set<ServiceName> at(IpAddress address, OptionalInt port) {
        boolean isNode = !facts.all(Facts.NODES_BY_ADDRESS, address).isEmpty();
        Set<ServiceName> found = new TreeSet<>();
        facts.state()
                .table(Table.SERVICES)
                .values()
                .flatMap(service -> Claim.of(service).stream())
                .filter(claim -> claim.at().family() == Keys.family(address))
                .filter(claim -> claim.at().address().equals(Keys.bytes(address))
                        || (isNode && claim.at().address().equals(Bytes16.ZERO)))
                .filter(claim -> port.isEmpty() || claim.at().port() == port.getAsInt())
                .filter(claim -> holder(claim).isEmpty())
                .forEach(claim -> found.add(claim.service().name()));
        return found;
    }

    /// The ports that have a number in the maps, by it: `shop/web:http`.
    public Map<Integer, String> numbered() {
        Map<Integer, String> names = new HashMap<>();
        facts.numbers()
                .services()
                .forEach((port, number) ->
                        names.put(number, port.service() + (port.port().isEmpty() ? "" : ":" + port.port())));
        return names;
    }

    private ServedService.Reached reached(Claim claim) {
        return new ServedService.Reached(claim.at(), type(claim.kind()), number(claim.portName()), holder(claim));
    }

    private Optional<ServiceName> holder(Claim claim) {
        return Claim.winner(claim.at(), facts)
                .map(winner -> winner.service().name())
                .filter(name -> !name.equals(claim.service().name()));
    }

    private static String type(Claim.Kind kind) {
        return switch (kind) {
            case CLUSTER_IP -> "ClusterIP";
            case BALANCER_IP -> "LoadBalancer";
            case EXTERNAL_IP -> "ExternalIP";
            case NODE_PORT -> "NodePort";
            case HOST_PORT -> "HostPort";
        };
    }

    private int number(PortName port) {
        return Objects.requireNonNullElse(facts.numbers().service(port), 0);
    }

    private ServedService.Port port(PortName port) {
        Service service = facts.service(port.service()).orElseThrow();
        Optional<BackendLists> lists = BackendLists.of(port, facts, settings);
        Optional<Set<Backend>> inside = lists.map(found -> Set.copyOf(found.inside()));
        Optional<Set<Backend>> outside = lists.map(found -> Set.copyOf(found.outside()));
        SequencedMap<Backend, Standing> all = new LinkedHashMap<>();
        facts.all(Facts.SLICES_BY_SERVICE, port.service())
                .values()
                .flatMap(slice -> Standing.of(slice, port))
                .sorted(Comparator.comparing(Standing::backend, Standing.ORDER))
                // of two slices that name it the one by which it is used
                .forEach(standing -> all.merge(standing.backend(), standing, ServedServices::better));
        return new ServedService.Port(
                number(port),
                port.port(),
                port.family(),
                lists.isEmpty(),
                all.values().stream()
                        .map(standing -> new ServedService.Standby(
                                standing.backend(),
                                standing.endpoint(),
                                use(standing, service.selection().inside(), inside),
                                use(standing, service.selection().outside(), outside)))
                        .toList());
    }

    private static Standing better(Standing a, Standing b) {
        return b.endpoint().ready() && !a.endpoint().ready() ? b : a;
    }

    private ServedService.Use use(Standing standing, TrafficPolicy policy, Optional<Set<Backend>> chosen) {
        EndpointSlice.Backend endpoint = standing.endpoint();
        if (chosen.isEmpty()) {
            return ServedService.Use.AWAITED;
        }
        if (chosen.get().contains(standing.backend())) {
            return ServedService.Use.USED;
        }
        if (!endpoint.ready() && !(endpoint.serving() && endpoint.terminating())) {
            return ServedService.Use.NOT_READY;
        }
        if (policy == TrafficPolicy.LOCAL && !endpoint.place().node().equals(settings.node())) {
            return ServedService.Use.ELSEWHERE;
        }
        return endpoint.ready() ? ServedService.Use.NOT_MEANT : ServedService.Use.ENDING;
    }
}
