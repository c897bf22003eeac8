package io.stentor.datapath.compile;

import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Rows of services and what stands in the maps after them, as a text:
///
/// ```
/// # A sentence.
/// service web created=2026-02 ports=http/TCP/80/30080 cluster=10.96.0.1
///             and external= balancer= allow= deny= inside=LOCAL outside=LOCAL affinity=60, all on one line; node ports
///             are open in the families of cluster=, or in those of families=IPV4,IPV6
/// hostport web-0:8080/TCP ports=/TCP/8080 at=0.0.0.0  as the pod `web-0` has it; slice as of any service
/// slice web-1 of=web ports=http/TCP/8080 backends=10.0.1.7@here,10.0.1.8@here/ending,10.0.2.9@far/silent
/// gone service web                                   or slice
/// node zone=z1                                       what Kubernetes says of the node
/// host 192.0.2.1                                     an address of the node
/// terms topology ranges-for-all cluster-outside foreign-external, as far as named: with a new compiler
/// maps
///   …                                                all entries, as [ServiceMapsText] has them
/// ```
///
/// The node is `here`. One compiler goes through all of it.
final class ServiceCase {
    private MapCompiler compiler = new MapCompiler(SampleServices.HERE);
    private final StringBuilder text = new StringBuilder();
    private State state = State.awaiting(Set.of());

    private ServiceCase() {}

    /// The same text with what really stands in the maps.
    ///
    /// @throws IllegalArgumentException names the line that is not understood
    static String run(String text) {
        ServiceCase run = new ServiceCase();
        text.lines().filter(line -> !line.startsWith("  ")).forEach(run::line);
        return run.text.toString();
    }

    private void line(String line) {
        text.append(line).append('\n');
        try {
            String[] words = line.split("\\s+", -1);
            Map<String, String> given = pairs(words);
            switch (words[0]) {
                case "", "#" -> {}
                case "service" -> state = state.with(Table.SERVICES, service(words[1], given));
                case "hostport" -> state = state.with(Table.SERVICES, hostPort(words[1], given));
                case "slice" -> state = state.with(Table.SLICES, slice(words[1], given));
                case "node" ->
                    state = state.with(
                            Table.OWN_NODE,
                            new OwnNode("here", given.getOrDefault("zone", ""), OwnNode.NodePorts.AS_CONFIGURED));
                case "host" -> state = state.with(Table.HOST_ADDRESSES, new HostAddress(IpAddress.of(words[1]), true));
                case "terms" -> compiler = new MapCompiler(settings(Set.of(words)));
                case "gone" ->
                    state = words[1].equals("service")
                            ? state.without(Table.SERVICES, new ServiceName("default", words[2]))
                            : state.without(Table.SLICES, new SliceName("default", words[2]));
                case "maps" ->
                    ServiceMapsText.lines(compiler.compile(state), compiler.problems())
                            .forEach(entry -> text.append("  ").append(entry).append('\n'));
                default -> throw new IllegalArgumentException(words[0]);
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("not understood: " + line, e);
        }
    }

    private static MapSettings settings(Set<String> words) {
        ServiceTerms terms = new ServiceTerms(
                ServiceTerms.USUAL.nodePorts(),
                words.contains("ranges-for-all"),
                words.contains("cluster-outside"),
                words.contains("foreign-external"),
                words.contains("topology"));
        return new MapSettings("here", Optional.empty(), List.of(), terms);
    }

    private static Map<String, String> pairs(String[] words) {
        Map<String, String> pairs = new HashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                pairs.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return pairs;
    }

    private static <T> List<T> list(Map<String, String> given, String key, Function<String, T> parse) {
        String text = given.getOrDefault(key, "");
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(parse).toList();
    }

    private static Service service(String name, Map<String, String> given) {
        List<Cidr> denied = list(given, "deny", Cidr::of);
        return new Service(
                new ServiceName("default", name),
                given.getOrDefault("created", "2026-01"),
                list(given, "ports", ServiceCase::port),
                new Service.Reach(
                        list(given, "cluster", IpAddress::of),
                        list(given, "external", IpAddress::of),
                        list(given, "balancer", IpAddress::of),
                        new Service.AtNodes(families(given), List.of()),
                        new Service.Clients(
                                denied.isEmpty() ? list(given, "allow", Cidr::of) : denied, !denied.isEmpty())),
                new Service.Selection(
                        TrafficPolicy.valueOf(given.getOrDefault("inside", "CLUSTER")),
                        TrafficPolicy.valueOf(given.getOrDefault("outside", "CLUSTER")),
                        Integer.parseInt(given.getOrDefault("affinity", "0")),
                        0));
    }

    private static Set<Family> families(Map<String, String> given) {
        return given.containsKey("families")
                ? Set.copyOf(list(given, "families", Family::valueOf))
                : Set.copyOf(list(given, "cluster", text -> IpAddress.of(text).family()));
    }

    private static Service hostPort(String name, Map<String, String> given) {
        return new Service(
                new ServiceName("default", name),
                given.getOrDefault("created", "2026-01"),
                list(given, "ports", ServiceCase::port),
                new Service.Reach(
                        List.of(),
                        List.of(),
                        List.of(),
                        new Service.AtNodes(Set.of(), list(given, "at", IpAddress::of)),
                        Service.Clients.ALL),
                SampleServices.ALL);
    }

    /// `name/protocol/port` or `name/protocol/port/nodePort`
    private static ServicePort port(String text) {
        String[] parts = text.split("/", -1);
        return new ServicePort(
                parts[0],
                Protocol.valueOf(parts[1]),
                Integer.parseInt(parts[2]),
                parts.length > 3 ? Integer.parseInt(parts[3]) : 0);
    }

    private static EndpointSlice slice(String name, Map<String, String> given) {
        return new EndpointSlice(
                new SliceName("default", name),
                new ServiceName("default", given.getOrDefault("of", "")),
                list(given, "ports", text -> {
                    ServicePort port = port(text);
                    return new EndpointSlice.Port(port.name(), port.protocol(), port.port());
                }),
                list(given, "backends", ServiceCase::backend));
    }

    /// `address@node` or `address@node/ending`, `address@node/silent`; with `#z1+z2` behind it for these zones
    private static EndpointSlice.Backend backend(String text) {
        String[] zones = text.split("[#+]", -1);
        EndpointSlice.Backend backend = anywhere(zones[0]);
        return new EndpointSlice.Backend(
                backend.address(),
                backend.ready(),
                backend.serving(),
                backend.terminating(),
                new EndpointSlice.Place(backend.place().node(), List.of(zones).subList(1, zones.length)));
    }

    private static EndpointSlice.Backend anywhere(String text) {
        String[] parts = text.split("[@/]", -1);
        return switch (parts.length > 2 ? parts[2] : "ready") {
            case "ready" -> SampleServices.ready(parts[0], parts[1]);
            case "ending" -> SampleServices.ending(parts[0], parts[1]);
            case "silent" -> SampleServices.silent(parts[0], parts[1]);
            default -> throw new IllegalArgumentException(text);
        };
    }
}
