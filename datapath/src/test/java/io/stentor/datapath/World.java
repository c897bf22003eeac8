package io.stentor.datapath;

import io.stentor.bpf.generated.Config;
import io.stentor.datapath.compile.ConnectionSettings;
import io.stentor.datapath.compile.MapCompiler;
import io.stentor.datapath.compile.MapSettings;
import io.stentor.datapath.compile.ProgramSettings;
import io.stentor.datapath.compile.TableSizes;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PodName;
import io.stentor.model.RemotePod;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/// The small cluster that packet cases play in, seen from its node `a`, and the names that their packets use:
///
/// | name | what | IPv4, IPv6, MAC |
/// |---|---|---|
/// | web, db | pods of this node, endpoints 7 and 8 | 10.0.1.7, 10.0.1.8; fd00:1::7 …; 02:…:07 … |
/// | ghost | an address of this node's range without a pod | 10.0.1.77, fd00:1::77 |
/// | far | a pod of node b, known | 10.0.2.9, fd00:2::9 |
/// | lost | an address of node b's range that nobody told of | 10.0.2.77, fd00:2::77 |
/// | a, b | the nodes | 192.168.7.1, 192.168.7.2; fd07::1 …; 02:00:00:00:0a:01 and :02 |
/// | attic | another address of node a, without node ports | 192.168.8.1, fd08::1 |
/// | stranger | a host beside the nodes | 192.168.7.66, fd07::66; 02:00:00:00:0a:66 |
/// | outside | far away, by the router | 203.0.113.9, 2001:db8:113::9 |
/// | office | as outside, but never masqueraded | 172.16.0.9, 2001:db8:ac::9 |
/// | router | next hop of the default route | 192.168.7.254, fd07::fe; 02:00:00:00:0a:fe |
/// | gateway | of the pods; also the node's own side of pod links | 169.254.7.1, fe80::7:1; 02:53:54:4e:00:01 |
/// | tunnel | the sender's MAC inside the tunnel | 02:53:54:4e:00:02 |
/// | shop, depot, front, mirror, empty | services: [WorldServices] | 10.96.0.10 to 14; fd96::10 to 14 |
///
/// Links: `web` and `db` (host sides), `eth0`, `stentor_vxlan`, and `spare`, which belongs to nobody.
final class World implements Names {
    static final int TUNNEL_PORT = 8472;
    static final int POD_MTU = 1450;

    /// Of the underlay, where a and b are.
    private static final List<Cidr> SEGMENTS = List.of(Cidr.of("192.168.7.0/24"), Cidr.of("fd07::/64"));

    private static final Map<String, List<String>> HOSTS = Map.ofEntries(
            Map.entry("web", List.of("10.0.1.7", "fd00:1::7", "02:00:00:00:00:07")),
            Map.entry("db", List.of("10.0.1.8", "fd00:1::8", "02:00:00:00:00:08")),
            Map.entry("ghost", List.of("10.0.1.77", "fd00:1::77")),
            Map.entry("far", List.of("10.0.2.9", "fd00:2::9")),
            Map.entry("lost", List.of("10.0.2.77", "fd00:2::77")),
            Map.entry("a", List.of("192.168.7.1", "fd07::1", "02:00:00:00:0a:01")),
            Map.entry("b", List.of("192.168.7.2", "fd07::2", "02:00:00:00:0a:02")),
            Map.entry("attic", List.of("192.168.8.1", "fd08::1", "02:00:00:00:0a:01")),
            Map.entry("stranger", List.of("192.168.7.66", "fd07::66", "02:00:00:00:0a:66")),
            Map.entry("outside", List.of("203.0.113.9", "2001:db8:113::9")),
            Map.entry("office", List.of("172.16.0.9", "2001:db8:ac::9")),
            Map.entry("router", List.of("192.168.7.254", "fd07::fe", "02:00:00:00:0a:fe")),
            Map.entry("gateway", List.of("169.254.7.1", "fe80::7:1", "02:53:54:4e:00:01")),
            Map.entry("tunnel", List.of("0.0.0.0", "::", "02:53:54:4e:00:02")),
            Map.entry("shop", List.of("10.96.0.10", "fd96::10")),
            Map.entry("depot", List.of("10.96.0.11", "fd96::11")),
            Map.entry("front", List.of("10.96.0.12", "fd96::12")),
            Map.entry("mirror", List.of("10.96.0.13", "fd96::13")),
            Map.entry("empty", List.of("10.96.0.14", "fd96::14")));

    private static final ConnectionSettings CONNECTIONS = new ConnectionSettings(
            new TableSizes(65536, 32768, 65536),
            new ConnectionSettings.Lifetimes(
                    Duration.ofSeconds(8000), Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(60)));

    private final ToIntFunction<String> ifindex;
    private final Map<String, IpAddress> addresses = new ConcurrentHashMap<>();
    private final Map<String, MacAddress> macs = new ConcurrentHashMap<>();

    /// @param ifindex of a link by its name
    World(ToIntFunction<String> ifindex) {
        this.ifindex = ifindex;
    }

    @Override
    public IpAddress address(String name, Family family) {
        List<String> host = HOSTS.get(name);
        return addresses.computeIfAbsent(host == null ? name : host.get(family == Family.IPV4 ? 0 : 1), IpAddress::of);
    }

    @Override
    public MacAddress mac(String name) {
        List<String> host = HOSTS.get(name);
        return macs.computeIfAbsent(host == null ? name : host.get(2), MacAddress::of);
    }

    /// What the agent would write.
    ///
    /// @param tunnel the family that it runs over; empty in native routing
    List<MapImage<?, ?>> images(Optional<Family> tunnel) {
        State state = State.awaiting(Set.of())
                .with(Table.NODES, node("a", 1))
                .with(Table.NODES, node("b", 2))
                .with(Table.ENDPOINTS, endpoint("web", 7))
                .with(Table.ENDPOINTS, endpoint("db", 8));
        for (Family family : Family.values()) {
            state = state.with(Table.HOST_ADDRESSES, new HostAddress(address("attic", family), false));
            state = state.with(Table.PODS, new RemotePod(address("far", family), 5, address("b", family)));
        }
        state = ServiceTable.in(WorldServices.in(state, this), this);
        return new MapCompiler(
                        new MapSettings("a", tunnel, List.of(Cidr.of("172.16.0.0/12"), Cidr.of("2001:db8:ac::/48"))))
                .compile(state);
    }

    private Node node(String name, int number) {
        return new Node(
                name,
                List.of(
                        new NodeAddress(NodeAddress.Type.INTERNAL_IP, address(name, Family.IPV4)),
                        new NodeAddress(NodeAddress.Type.INTERNAL_IP, address(name, Family.IPV6))),
                List.of(Cidr.of("10.0." + number + ".0/24"), Cidr.of("fd00:" + number + "::/64")));
    }

    /// The addresses of one of the names, of both families.
    List<IpAddress> addresses(String name) {
        return List.of(address(name, Family.IPV4), address(name, Family.IPV6));
    }

    private Endpoint endpoint(String name, int id) {
        return new Endpoint(
                id,
                new Attachment(name, "eth0", name, ifindex.applyAsInt(name), mac(name)),
                new PodName("default", name, name),
                new Addresses(Optional.of(address(name, Family.IPV4)), Optional.of(address(name, Family.IPV6))),
                5);
    }

    /// Dual-stack, tunnel over IPv4 by the device, masquerading both families, all drops reported, no traces; then as
    /// `changes` say.
    Config config(Map<String, String> changes) {
        Config config = new ProgramSettings(
                        new ProgramSettings.NodeAddresses(
                                Optional.of(address("a", Family.IPV4)),
                                Optional.of(address("a", Family.IPV6)),
                                new ProgramSettings.Underlay(ifindex.applyAsInt("eth0"), 1500, SEGMENTS, true)),
                        Set.of(Family.values()),
                        Optional.of(new ProgramSettings.Tunnel(
                                ifindex.applyAsInt("stentor_vxlan"), TUNNEL_PORT, POD_MTU, Family.IPV4)),
                        Set.of(Family.values()),
                        new ProgramSettings.Events(1_000_000, false))
                .config();
        config = CONNECTIONS.in(config);
        for (Map.Entry<String, String> change : changes.entrySet()) {
            config = change(config, change.getKey(), change.getValue());
        }
        return config;
    }

    private static Config change(Config config, String field, String value) {
        boolean flag = Boolean.parseBoolean(value);
        return switch (field) {
            case "ipv4" -> config.withIpv4(flag);
            case "ipv6" -> config.withIpv6(flag);
            case "tunnel" -> config.withTunnel(flag).withDirectNodeRoutes(!flag);
            case "direct_node_routes" -> config.withDirectNodeRoutes(flag);
            case "underlay_ipv6" -> config.withUnderlayIpv6(flag);
            case "encapsulate" -> config.withEncapsulate(flag);
            case "masquerade_ipv4" -> config.withMasqueradeIpv4(flag);
            case "masquerade_ipv6" -> config.withMasqueradeIpv6(flag);
            case "services" -> config.withServices(flag);
            case "sockets_of_host_alone" -> config.withSocketsOfHostAlone(flag);
            case "services_silent" -> config.withServicesSilent(flag);
            case "set_retval" -> config.withSetRetval(flag);
            case "trace" -> config.withTrace(flag);
            case "coarse_clock" -> config.withCoarseClock(flag);
            case "succeeds" -> config.withSucceeds(flag);
            case "pod_mtu" -> config.withPodMtu(Integer.parseInt(value));
            case "nat_port_min" -> config.withNatPortMin(Integer.parseInt(value));
            case "nat_port_max" -> config.withNatPortMax(Integer.parseInt(value));
            case "ct_tcp_max" -> config.withCtTcpMax(Integer.parseInt(value));
            case "ct_other_max" -> config.withCtOtherMax(Integer.parseInt(value));
            case "nat_max" -> config.withNatMax(Integer.parseInt(value));
            case "ct_syn_seconds" -> config.withCtSynSeconds(Integer.parseInt(value));
            case "drop_events_per_second" -> config.withDropEventsPerSecond(Integer.parseInt(value));
            default -> throw new IllegalArgumentException("cases cannot change config." + field);
        };
    }
}
