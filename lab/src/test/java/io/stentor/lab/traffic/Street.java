package io.stentor.lab.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        street.open(Map.of("app", "talk"), service("everybody"));
        street.open(Map.of("node", "1"), service("alone"));
        street.open(Map.of("node", "2"), service("away"));
        street.open(Map.of("node", "2"), edited(service("local"), "Local"));
        street.open(Map.of("app", "host"), service("hosts"));
        street.open(
                Map.of("app", "talk"),
                new ServiceBuilder(service("faithful"))
                        .editSpec()
                        .withSessionAffinity("ClientIP")
                        .endSpec()
                        .build());
        street.open(
                Map.of("app", "talk"),
                new ServiceBuilder(service("guarded"))
                        .editSpec()
                        .withLoadBalancerSourceRanges("192.0.2.0/28", "2001:db8:2::/64")
                        .endSpec()
                        .build());
        street.open(
                Map.of("app", "talk"),
                new ServiceBuilder(service("closed"))
                        .editSpec()
                        .editMatchingPort(port -> true)
                        .withNewTargetPort(CLOSED)
                        .endPort()
                        .endSpec()
                        .build());
        street.open(Map.of("app", "nobody"), service("empty"));
        street.lead();
        return street;
    }

    private static Service edited(Service service, String externalTrafficPolicy) {
        return new ServiceBuilder(service)
                .editSpec()
                .withExternalTrafficPolicy(externalTrafficPolicy)
                .endSpec()
                .build();
    }

    private static Service service(String name) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withType("LoadBalancer")
                .withIpFamilyPolicy("PreferDualStack")
                .addNewPort()
                .withName("tcp")
                .withProtocol("TCP")
                .withPort(Shop.PORT)
                .withNewTargetPort(Place.PORT)
                .endPort()
                .addNewPort()
                .withName("udp")
                .withProtocol("UDP")
                .withPort(Shop.PORT)
                .withNewTargetPort(Place.PORT)
                .endPort()
                .endSpec()
                .build();
    }

    private void open(Map<String, String> backends, Service service) {
        int number = shops.size() + 1;
        Service whole = new ServiceBuilder(service)
                .editSpec()
                .withSelector(backends)
                .withExternalIPs(addresses(100 + number).stream()
                        .map(IpAddress::toString)
                        .toList())
                .endSpec()
                .build();
        Service made = lab.setIngress(lab.createService(whole), addresses(number));
        shops.put(service.getMetadata().getName(), new Shop(made));
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
