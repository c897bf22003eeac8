package io.stentor.kube;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Services that claim each other's addresses and ports, in the whole cluster: of those the oldest has it, of equally
/// old ones the one whose name sorts first. Agents find the same for their nodes.
final class Rivals {

    private static final Comparator<Service> OLDEST =
            Comparator.comparing(Service::created).thenComparing(Service::name);

    private final Map<ServiceName, Service> services = new HashMap<>();

    /// By what they claim, as people name it.
    private final Map<String, TreeSet<Service>> claimants = new HashMap<>();

    /// What a service claims, with the field that says so.
    private static Map<String, String> claims(Service service) {
        Map<String, String> claims = new LinkedHashMap<>();
        Service.Reach reach = service.reach();
        for (ServicePort port : service.ports()) {
            put(claims, reach.clusterIps(), port, "spec.clusterIPs");
            put(claims, reach.balancerIps(), port, "status.loadBalancer.ingress");
            put(claims, reach.externalIps(), port, "spec.externalIPs");
            for (Family family :
                    port.nodePort() == 0 ? Set.<Family>of() : reach.atNodes().nodePorts()) {
                String at = "node port " + port.nodePort() + "/" + port.protocol() + " of "
                        + (family == Family.IPV4 ? "IPv4" : "IPv6");
                String name = port.name().isEmpty() ? String.valueOf(port.port()) : port.name();
                claims.putIfAbsent(at, "spec.ports[" + name + "].nodePort");
            }
        }
        return claims;
    }

    private static void put(Map<String, String> claims, List<IpAddress> addresses, ServicePort port, String field) {
        for (IpAddress address : addresses) {
            claims.putIfAbsent(address + " port " + port.port() + "/" + port.protocol(), field);
        }
    }

    /// A service is there, or another than before.
    ///
    /// @return of whom something else may be to be said
    Set<ServiceName> put(Service service) {
        Set<ServiceName> concerned = remove(service.name());
        services.put(service.name(), service);
        claims(service).keySet().forEach(at -> {
            TreeSet<Service> rivals = claimants.computeIfAbsent(at, _ -> new TreeSet<>(OLDEST));
            rivals.add(service);
            rivals.forEach(rival -> concerned.add(rival.name()));
        });
        return concerned;
    }

    /// @return of whom something else may be to be said
    Set<ServiceName> remove(ServiceName name) {
        Set<ServiceName> concerned = new TreeSet<>();
        Service before = services.remove(name);
        if (before == null) {
            return concerned;
        }
        claims(before).keySet().forEach(at -> {
            TreeSet<Service> rivals = claimants.get(at);
            rivals.remove(before);
            rivals.forEach(rival -> concerned.add(rival.name()));
            if (rivals.isEmpty()) {
                claimants.remove(at);
            }
        });
        return concerned;
    }

    /// What a service claims in vain.
    List<Problem> problems(ServiceName name) {
        Service service = services.get(name);
        return service == null
                ? List.of()
                : claims(service).entrySet().stream()
                        .filter(claim -> !oldest(claim.getKey()).equals(name))
                        .map(claim -> new Problem(
                                name.object(),
                                claim.getValue(),
                                claim.getKey() + " is taken: it belongs to "
                                        + oldest(claim.getKey()).object()
                                        + ", which was there first; give one of the two another address or port"))
                        .toList();
    }

    private ServiceName oldest(String at) {
        return claimants.get(at).first().name();
    }
}
