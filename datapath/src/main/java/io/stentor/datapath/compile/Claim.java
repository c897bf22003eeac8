package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.model.IpAddress;
import io.stentor.model.Service;
import io.stentor.model.ServicePort;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A service's wish to be reached at an address and port. Where several services have the same one, the oldest is
/// reached there, of equally old ones the one whose name sorts first.
record Claim(Kind kind, FrontendKey at, Service service, ServicePort port) {
    private static final Comparator<Service> OLDEST =
            Comparator.comparing(Service::created).thenComparing(Service::name);

    /// By what right. Where a service claims an address and port twice, the first of these counts: what lets in fewer.
    enum Kind {
        CLUSTER_IP,
        BALANCER_IP,
        EXTERNAL_IP,
        /// At addresses of this node alone, or at all of them, which is the address zero.
        HOST_PORT,
        /// At every address of nodes, which is the address zero.
        NODE_PORT
    }

    /// All that a service claims, each address and port once.
    static Collection<Claim> of(Service service) {
        Map<FrontendKey, Claim> claims = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            for (ServicePort port : service.ports()) {
                addresses(kind, service, port)
                        .map(at -> new Claim(kind, at, service, port))
                        .forEach(claim -> claims.putIfAbsent(claim.at, claim));
            }
        }
        return claims.values();
    }

    private static Stream<FrontendKey> addresses(Kind kind, Service service, ServicePort port) {
        Service.Reach reach = service.reach();
        return switch (kind) {
            case CLUSTER_IP -> reach.clusterIps().stream().map(ip -> key(ip, port));
            case BALANCER_IP -> reach.balancerIps().stream().map(ip -> key(ip, port));
            case EXTERNAL_IP -> reach.externalIps().stream().map(ip -> key(ip, port));
            case HOST_PORT -> reach.atNodes().hostIps().stream().map(ip -> key(ip, port));
            case NODE_PORT -> {
                Stream<Family> families = port.nodePort() == 0
                        ? Stream.empty()
                        : reach.atNodes().nodePorts().stream().map(Keys::family);
                yield families.map(family -> new FrontendKey(
                        Bytes16.ZERO, port.nodePort(), port.protocol().number(), family));
            }
        };
    }

    private static FrontendKey key(IpAddress address, ServicePort port) {
        return new FrontendKey(Keys.bytes(address), port.port(), port.protocol().number(), Keys.family(address));
    }

    /// The ports that a service has, in the families of its addresses.
    static Stream<PortName> ports(Service service) {
        Set<Family> families = families(service.reach());
        return service.ports().stream()
                .flatMap(port -> families.stream()
                        .map(family -> new PortName(service.name(), port.name(), port.protocol(), family)))
                .distinct();
    }

    /// Asked for at every change, and so without streams.
    private static Set<Family> families(Service.Reach reach) {
        Set<Family> families = EnumSet.noneOf(Family.class);
        reach.clusterIps().forEach(ip -> families.add(Keys.family(ip)));
        reach.balancerIps().forEach(ip -> families.add(Keys.family(ip)));
        reach.externalIps().forEach(ip -> families.add(Keys.family(ip)));
        reach.atNodes().hostIps().forEach(ip -> families.add(Keys.family(ip)));
        reach.atNodes().nodePorts().forEach(family -> families.add(Keys.family(family)));
        return families;
    }

    /// Whose the address and port is, if anybody's.
    static Optional<Claim> winner(FrontendKey at, Facts facts) {
        return facts.all(Facts.SERVICES_BY_FRONTEND, at)
                .values()
                .min(OLDEST)
                .flatMap(service -> of(service).stream()
                        .filter(claim -> claim.at.equals(at))
                        .findFirst());
    }

    PortName portName() {
        return new PortName(service.name(), port.name(), port.protocol(), at.family());
    }

    /// The address and port, for people.
    String text() {
        String port = at.port() + "/" + this.port.protocol();
        String everywhere = port + " of " + at.family().sentence();
        return switch (kind) {
            case NODE_PORT -> "node port " + everywhere;
            case HOST_PORT -> at.address().equals(Bytes16.ZERO) ? "host port " + everywhere : "host port " + end(port);
            case CLUSTER_IP, BALANCER_IP, EXTERNAL_IP -> end(port);
        };
    }

    private String end(String port) {
        return Keys.address(at.address(), at.family().code()) + " port " + port;
    }

    /// Where in its object the service says so, as people find it.
    String field() {
        return switch (kind) {
            case CLUSTER_IP -> "spec.clusterIPs";
            case BALANCER_IP -> "status.loadBalancer.ingress";
            case EXTERNAL_IP -> "spec.externalIPs";
            case HOST_PORT -> "spec.containers[].ports[].hostPort";
            case NODE_PORT -> "spec.ports[" + (port.name().isEmpty() ? port.port() : port.name()) + "].nodePort";
        };
    }
}
