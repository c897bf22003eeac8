package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Service;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The addresses of one Service.
final class ServiceReach {

    private static final String RANGES_POLICY = "service.cilium.io/src-ranges-policy";

    private final Tree annotations;
    private final Tree spec;
    private final Tree status;
    private final Subject subject;

    ServiceReach(GenericKubernetesResource object, Subject subject) {
        Tree root = new Tree(object.getAdditionalProperties());
        this.annotations = new Tree(object.getMetadata().getAnnotations());
        this.spec = root.at("spec");
        this.status = root.at("status");
        this.subject = subject;
    }

    /// @param frontends kinds that it has
    Service.Reach read(Set<Frontends> frontends) {
        List<IpAddress> clusterIps = frontends.contains(Frontends.CLUSTER_IP) ? clusterIps() : List.of();
        List<IpAddress> externalIps = frontends.contains(Frontends.EXTERNAL)
                ? addresses(spec.at("externalIPs").items(), "spec.externalIPs")
                : List.of();
        List<IpAddress> balancerIps = frontends.contains(Frontends.BALANCER) ? balancerIps() : List.of();
        List<Cidr> ranges = sourceRanges();
        boolean deny = rangesDeny();
        // Without ranges all may, which is not what somebody meant who has named some.
        boolean named = !spec.at("loadBalancerSourceRanges").items().isEmpty();
        if (named && ranges.isEmpty() && !deny && !balancerIps.isEmpty()) {
            subject.wrong(
                    "spec.loadBalancerSourceRanges", "none of them can be used: the balancer's addresses are left out");
            balancerIps = List.of();
        }
        return new Service.Reach(
                clusterIps,
                externalIps,
                balancerIps,
                new Service.AtNodes(frontends.contains(Frontends.NODE_PORT) ? families() : Set.of(), List.of()),
                new Service.Clients(ranges, deny));
    }

    /// Those that the Service has, whether they are used at the cluster's addresses or not.
    private Set<Family> families() {
        Set<Family> families = EnumSet.noneOf(Family.class);
        List<Tree> items = spec.at("ipFamilies").items();
        for (int i = 0; i < items.size(); i++) {
            switch (items.get(i).shown()) {
                case "IPv4" -> families.add(Family.IPV4);
                case "IPv6" -> families.add(Family.IPV6);
                default ->
                    subject.wrong(
                            "spec.ipFamilies[" + i + "]", "'" + items.get(i).shown() + "' is neither IPv4 nor IPv6");
            }
        }
        if (items.isEmpty()) {
            Stream.concat(spec.at("clusterIPs").items().stream(), Stream.of(spec.at("clusterIP")))
                    .flatMap(ip -> ip.text().flatMap(IpAddress::parse).stream())
                    .forEach(ip -> families.add(ip.family()));
        }
        return families;
    }

    private List<IpAddress> clusterIps() {
        List<Tree> several = spec.at("clusterIPs").items();
        Tree one = spec.at("clusterIP");
        if (!several.isEmpty() || one.text().orElse("").isEmpty()) {
            return addresses(several, "spec.clusterIPs");
        }
        return subject.address(one, "spec.clusterIP").stream().toList();
    }

    private List<IpAddress> addresses(List<Tree> items, String field) {
        List<IpAddress> addresses = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            subject.address(items.get(i), field + "[" + i + "]").ifPresent(addresses::add);
        }
        return addresses.stream().distinct().toList();
    }

    /// A balancer that is a proxy asks at other addresses than its own. One may have a name instead of an address.
    private List<IpAddress> balancerIps() {
        List<IpAddress> addresses = new ArrayList<>();
        List<Tree> items = status.at("loadBalancer", "ingress").items();
        for (int i = 0; i < items.size(); i++) {
            String field = "status.loadBalancer.ingress[" + i + "]";
            Tree ip = items.get(i).at("ip");
            Tree mode = items.get(i).at("ipMode");
            String name = mode.isAbsent() ? "VIP" : mode.shown();
            if (ip.text().orElse("").isEmpty() || name.equals("Proxy")) {
                continue;
            }
            if (name.equals("VIP")) {
                subject.address(ip, field + ".ip").ifPresent(addresses::add);
            } else {
                subject.wrong(field + ".ipMode", "'" + name + "' is none of VIP, Proxy: left out");
            }
        }
        return addresses.stream().distinct().toList();
    }

    private List<Cidr> sourceRanges() {
        List<Cidr> ranges = new ArrayList<>();
        List<Tree> items = spec.at("loadBalancerSourceRanges").items();
        for (int i = 0; i < items.size(); i++) {
            String text = items.get(i).shown().strip();
            Optional<Cidr> range = Cidr.parse(text);
            range.ifPresent(ranges::add);
            if (range.isEmpty()) {
                subject.wrong("spec.loadBalancerSourceRanges[" + i + "]", "'" + text + "' is not a CIDR");
            }
        }
        return ranges.stream().distinct().toList();
    }

    private boolean rangesDeny() {
        String policy = annotations.at(RANGES_POLICY).shown();
        return switch (policy.toLowerCase(Locale.ROOT)) {
            case "", "allow" -> false;
            case "deny" -> true;
            default -> {
                subject.wrong(
                        "metadata.annotations[" + RANGES_POLICY + "]",
                        "'" + policy + "' is neither allow nor deny; it is as allow");
                yield false;
            }
        };
    }
}
