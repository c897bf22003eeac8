package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The agent's settings out of values.
final class AgentReading {

    /// Bytes that VXLAN adds over IPv4 and IPv6: the outer headers and the inner Ethernet one.
    private static final int VXLAN_OVER_IPV4 = 50;

    private static final int VXLAN_OVER_IPV6 = 70;

    private AgentReading() {}

    static AgentSettings read(Values values, Map<String, String> environment) {
        String node = values.optional("k8s-node-name").orElse(environment.getOrDefault("K8S_NODE_NAME", ""));
        if (node.isEmpty() && values.sound("k8s-node-name")) {
            values.error("k8s-node-name", "the name of the node is needed, here or in K8S_NODE_NAME");
        }
        return new AgentSettings(
                node,
                network(values),
                paths(values),
                CommonReading.api(values, "k8s-client-qps", "k8s-client-burst"),
                CommonReading.serving(
                        values,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), values.number("agent-health-port")),
                        values.listen("prometheus-serve-addr")));
    }

    private static NetworkSettings network(Values values) {
        Set<Family> families = CommonReading.families(values);
        return new NetworkSettings(
                new PodSettings(families, CommonReading.ipam(values)),
                routing(values, families),
                masquerade(values),
                TrackingReading.read(values),
                ServiceReading.read(values));
    }

    private static RoutingSettings routing(Values values, Set<Family> families) {
        RoutingMode mode = values.text("routing-mode").equals("native") ? RoutingMode.NATIVE : RoutingMode.TUNNEL;
        int port = values.number("tunnel-port");
        Family underlay = values.optional("underlay-protocol")
                .map(name -> name.equals("ipv6") ? Family.IPV6 : Family.IPV4)
                .orElse(families.contains(Family.IPV4) ? Family.IPV4 : Family.IPV6);
        boolean direct = values.bool("auto-direct-node-routes");
        if (direct && mode == RoutingMode.TUNNEL && values.sound("routing-mode")) {
            values.remark("auto-direct-node-routes", "has no effect with routing-mode=tunnel");
        }
        TunnelSettings.Headers headers = TunnelSettings.Headers.valueOf(
                values.optional("tunnel-encapsulation").orElse("auto").toUpperCase(Locale.ROOT));
        return new RoutingSettings(
                mode,
                new TunnelSettings(port == 0 ? 8472 : port, underlay, headers),
                direct,
                values.bool("direct-routing-skip-unreachable"),
                links(values, families, mode, underlay));
    }

    private static MasqueradeSettings masquerade(Values values) {
        Set<Family> families = EnumSet.noneOf(Family.class);
        if (values.bool("enable-ipv4-masquerade")) {
            families.add(Family.IPV4);
        }
        if (values.bool("enable-ipv6-masquerade")) {
            families.add(Family.IPV6);
        }
        List<Cidr> ranges = new ArrayList<>(values.cidrs("ipv4-native-routing-cidr"));
        ranges.addAll(values.cidrs("ipv6-native-routing-cidr"));
        return new MasqueradeSettings(
                Set.copyOf(families),
                List.copyOf(ranges),
                values.bool("enable-ip-masq-agent")
                        ? Optional.of(values.path("ip-masq-agent-config-path"))
                        : Optional.empty());
    }

    private static LinkSettings links(Values values, Set<Family> families, RoutingMode mode, Family underlay) {
        int mtu = values.number("mtu");
        int overhead = switch (mode) {
            case NATIVE -> 0;
            case TUNNEL -> underlay == Family.IPV4 ? VXLAN_OVER_IPV4 : VXLAN_OVER_IPV6;
        };
        int least = (families.contains(Family.IPV6) ? 1280 : 576) + overhead;
        if (mtu != 0 && mtu < least && values.sound("mtu", "routing-mode", "enable-ipv6", "underlay-protocol")) {
            values.error("mtu", "'" + mtu + "' is too small for this configuration: 0, or at least " + least);
        }
        return new LinkSettings(mtu, values.list("devices"));
    }

    private static PathSettings paths(Values values) {
        return new PathSettings(
                values.path("state-dir"),
                values.path("bpf-root"),
                values.path("socket-path"),
                new CniSettings(
                        values.path("cni-conf-dir"),
                        values.path("cni-bin-dir"),
                        values.bool("cni-exclusive"),
                        values.bool("cni-uninstall")));
    }
}
