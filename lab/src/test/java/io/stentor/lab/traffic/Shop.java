package io.stentor.lab.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.List;
import java.util.stream.Stream;

/// A Service and the addresses that it is reached by.
record Shop(Service service) {

    /// Of every Service here, TCP and UDP.
    static final int PORT = 80;

    String name() {
        return service.getMetadata().getName();
    }

    IpAddress clusterIp(Family family) {
        return of(family, service.getSpec().getClusterIPs().stream());
    }

    /// Of a balancer outside the cluster.
    IpAddress balancer(Family family) {
        return of(
                family,
                service.getStatus().getLoadBalancer().getIngress().stream().map(ingress -> ingress.getIp()));
    }

    IpAddress externalIp(Family family) {
        return of(family, service.getSpec().getExternalIPs().stream());
    }

    int nodePort(String protocol) {
        return service.getSpec().getPorts().stream()
                .filter(port -> port.getName().equals(protocol))
                .findFirst()
                .orElseThrow()
                .getNodePort();
    }

    /// For those in the cluster, whom a foreign external address does not lead here.
    List<IpAddress> addresses(Family family) {
        return List.of(clusterIp(family), balancer(family));
    }

    private IpAddress of(Family family, Stream<String> addresses) {
        return addresses
                .map(IpAddress::of)
                .filter(address -> address.family() == family)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name() + " has no " + family + " address there"));
    }
}
