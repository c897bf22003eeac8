package io.stentor.lab.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.ServiceSpecBuilder;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The Services of [World], each with a ClusterIP, node ports, an address of a balancer and an external one, of which
/// the fabric leads the last two to node 1:
///
/// | name | backends | |
/// |---|---|---|
/// | everybody | pod-1, pod-2 … | |
/// | alone | pod-1 | |
/// | away | pod-2 | |
/// | local | pod-2 | `externalTrafficPolicy: Local` |
/// | hosts | host-1, host-2 … | processes of the nodes |
/// | faithful | pod-1, pod-2 … | `sessionAffinity: ClientIP` |
/// | guarded | pod-1, pod-2 … | `loadBalancerSourceRanges` that nobody is in |
/// | closed | pod-1, pod-2 … | at a port where nobody listens |
/// | rolling | those of [Rolling] | |
/// | empty | none | |
final class Street {
    /// Where nobody listens.
    static final int CLOSED = 7;

    private static final List<Family> FAMILIES = List.of(Family.values());

    private final Map<String, Shop> shops = new LinkedHashMap<>();
    private final TrafficLab lab;
    private final Configuration configuration;

    private Street(TrafficLab lab, Configuration configuration) {
        this.lab = lab;
        this.configuration = configuration;
    }

    static Street build(TrafficLab lab, Configuration configuration) {
        Street street = new Street(lab, configuration);
        street.open("everybody", Map.of("app", "talk"), spec -> spec);
        street.open("alone", Map.of("node", "1"), spec -> spec);
        street.open("away", Map.of("node", "2"), spec -> spec);
        street.open("local", Map.of("node", "2"), spec -> spec.withExternalTrafficPolicy("Local"));
        street.open("hosts", Map.of("app", "host"), spec -> spec);
        street.open("faithful", Map.of("app", "talk"), spec -> spec.withSessionAffinity("ClientIP"));
        street.open(
                "guarded",
                Map.of("app", "talk"),
                spec -> spec.withLoadBalancerSourceRanges("192.0.2.0/28", "2001:db8:2::/64"));
        street.open("closed", Map.of("app", "talk"), spec -> spec.withPorts(ports(CLOSED)));
        street.open("rolling", Map.of("app", "rolling"), spec -> spec);
        street.open("empty", Map.of("app", "nobody"), spec -> spec);
        street.lead();
        return street;
    }

    private static List<ServicePort> ports(int target) {
        return Stream.of("tcp", "udp")
                .map(protocol -> new ServicePortBuilder()
                        .withName(protocol)
                        .withProtocol(protocol.toUpperCase(Locale.ROOT))
                        .withPort(Shop.PORT)
                        .withNewTargetPort(target)
                        .build())
                .toList();
    }

    private void open(String name, Map<String, String> backends, UnaryOperator<ServiceSpecBuilder> special) {
        int number = shops.size() + 1;
        ServiceSpecBuilder spec = new ServiceSpecBuilder()
                .withType("LoadBalancer")
                .withIpFamilyPolicy("PreferDualStack")
                .withSelector(backends)
                .withPorts(ports(Place.PORT))
                .withExternalIPs(addresses(100 + number).stream()
                        .map(IpAddress::toString)
                        .toList());
        Service service = new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withSpec(special.apply(spec).build())
                .build();
        shops.put(name, new Shop(lab.setIngress(lab.createService(service), addresses(number))));
    }

    private List<IpAddress> addresses(int last) {
        return FAMILIES.stream()
                .filter(configuration.list()::contains)
                .map(family -> IpAddress.of((family == Family.IPV4 ? "192.0.2." : "2001:db8:2::") + last))
                .toList();
    }

    /// The fabric's part: routes to node 1, and that it may answer by these addresses.
    private void lead() {
        for (Family family : configuration.list()) {
            String range = family == Family.IPV4 ? "192.0.2.0/24" : "2001:db8:2::/64";
            lab.fabric()
                    .run(
                            "ip",
                            "route",
                            "add",
                            range,
                            "via",
                            lab.node(1).address(family).toString());
            if (configuration.tunnel()) {
                String match = family == Family.IPV4 ? "ip saddr " : "ip6 saddr ";
                lab.fabric().run("nft", "insert rule bridge fabric sources " + match + range + " accept");
            }
        }
    }

    Shop shop(String name) {
        Shop shop = shops.get(name);
        if (shop == null) {
            throw new IllegalArgumentException("no shop " + name + " among " + shops.keySet());
        }
        return shop;
    }
}
