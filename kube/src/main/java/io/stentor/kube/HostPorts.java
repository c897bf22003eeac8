package io.stentor.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.TrafficPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The ports of the node that a pod wants: each a service of its own, with the pod behind it.
final class HostPorts {

    private static final Service.Selection ALL =
            new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER, 0, 0);
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    private final Pod pod;
    private final ServiceSettings settings;
    private final Predicate<IpAddress> isHere;
    private final Subject subject;
    private final Set<String> taken = new HashSet<>();

    /// A port with what leads there.
    record Opened(Service service, EndpointSlice slice) {}

    private HostPorts(Pod pod, ServiceSettings settings, Predicate<IpAddress> isHere) {
        this.pod = pod;
        this.settings = settings;
        this.isHere = isHere;
        this.subject = new Subject("Pod/" + pod.getMetadata().getNamespace() + "/"
                + pod.getMetadata().getName());
    }

    /// Whether a pod wants any.
    static boolean wants(Pod pod) {
        return pod.getSpec() != null
                && !Boolean.TRUE.equals(pod.getSpec().getHostNetwork())
                && containers(pod)
                        .flatMap(HostPorts::ports)
                        .anyMatch(port -> port.getHostPort() != null && port.getHostPort() != 0);
    }

    /// None of a pod that has ended, that has no address yet, or that has the node's network: there it opens them
    /// itself.
    ///
    /// @param isHere whether this host has an address
    static Translated<List<Opened>> translate(Pod pod, ServiceSettings settings, Predicate<IpAddress> isHere) {
        if (!wants(pod)
                || pod.getStatus() == null
                || ENDED.contains(pod.getStatus().getPhase())) {
            return new Translated<>(List.of(), List.of());
        }
        HostPorts reader = new HostPorts(pod, settings, isHere);
        List<Opened> opened = reader.opened();
        return new Translated<>(opened, reader.subject.problems());
    }

    /// Those that run beside each other for the pod's whole life.
    private static Stream<Container> containers(Pod pod) {
        Stream<Container> sidecars =
                Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.<Container>of()).stream()
                        .filter(container -> "Always".equals(container.getRestartPolicy()));
        return Stream.concat(
                Objects.requireNonNullElse(pod.getSpec().getContainers(), List.<Container>of()).stream(), sidecars);
    }

    private static Stream<ContainerPort> ports(Container container) {
        return Objects.requireNonNullElse(container.getPorts(), List.<ContainerPort>of()).stream();
    }

    private List<Opened> opened() {
        List<IpAddress> addresses = addresses();
        List<Opened> opened = new ArrayList<>();
        containers(pod).forEach(container -> {
            List<ContainerPort> ports = ports(container).toList();
            for (int i = 0; i < ports.size(); i++) {
                ContainerPort port = ports.get(i);
                if (port.getHostPort() != null && port.getHostPort() != 0) {
                    opened(port, "spec.containers[" + container.getName() + "].ports[" + i + "]", addresses)
                            .ifPresent(opened::add);
                }
            }
        });
        return opened;
    }

    private List<IpAddress> addresses() {
        List<PodIP> several = Objects.requireNonNullElse(pod.getStatus().getPodIPs(), List.of());
        Stream<String> texts = several.isEmpty()
                ? Stream.ofNullable(pod.getStatus().getPodIP())
                : several.stream().map(PodIP::getIp);
        return texts.flatMap(text -> IpAddress.parse(text).stream()).toList();
    }

    private Optional<Opened> opened(ContainerPort port, String field, List<IpAddress> addresses) {
        Optional<Protocol> protocol = subject.protocol(new Tree(port.getProtocol()), field + ".protocol");
        Optional<Integer> hostPort = subject.port(new Tree(port.getHostPort()), field + ".hostPort");
        Optional<Integer> target = subject.port(new Tree(port.getContainerPort()), field + ".containerPort");
        if (protocol.isEmpty() || hostPort.isEmpty() || target.isEmpty()) {
            return Optional.empty();
        }
        if (settings.nodePorts().contains(hostPort.get())) {
            subject.wrong(
                    field + ".hostPort",
                    hostPort.get() + " is inside of node-port-range, which is " + settings.nodePorts()
                            + ": left out; take a port outside of it");
            return Optional.empty();
        }
        Set<Family> families = addresses.stream().map(IpAddress::family).collect(Collectors.toSet());
        List<IpAddress> hostIps = hostIps(port.getHostIP(), families, field + ".hostIP");
        String text = hostPort.get() + "/" + protocol.get() + hostIps;
        if (hostIps.isEmpty()) {
            return Optional.empty();
        }
        if (!taken.add(text)) {
            subject.wrong(
                    field + ".hostPort", hostPort.get() + "/" + protocol.get() + " is an earlier port's too: left out");
            return Optional.empty();
        }
        return Optional.of(
                opened(new ServicePort("", protocol.get(), hostPort.get(), 0), hostIps, target.get(), addresses));
    }

    /// The unspecified addresses, which stand for all, where none is named.
    private List<IpAddress> hostIps(String text, Set<Family> families, String field) {
        Optional<IpAddress> named = IpAddress.parse(Objects.requireNonNullElse(text, ""));
        if (text == null
                || text.isEmpty()
                || named.filter(HostPorts::isUnspecified).isPresent()) {
            return families.stream().sorted().map(HostPorts::unspecified).toList();
        }
        if (named.isEmpty()) {
            subject.wrong(field, "'" + text + "' is not an IP address: the port is left out");
        } else if (!families.isEmpty() && !families.contains(named.get().family())) {
            subject.wrong(field, text + " is of a family that the pod has no address of: the port is left out");
        } else if (!isHere.test(named.get())) {
            subject.wrong(field, text + " is no address of this node: the port is left out");
        } else {
            return families.isEmpty() ? List.of() : List.of(named.get());
        }
        return List.of();
    }

    private static IpAddress unspecified(Family family) {
        return IpAddress.of(
                switch (family) {
                    case IPV4 -> "0.0.0.0";
                    case IPV6 -> "::";
                });
    }

    private static boolean isUnspecified(IpAddress address) {
        return address.equals(unspecified(address.family()));
    }

    /// Of a pod that is about to end it is the last resort, as of any other service.
    private Opened opened(ServicePort port, List<IpAddress> hostIps, int target, List<IpAddress> addresses) {
        boolean ending = pod.getMetadata().getDeletionTimestamp() != null;
        ServiceName name = ServiceName.ofHostPort(
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                port.port() + "/" + port.protocol()
                        + (isUnspecified(hostIps.getFirst()) ? "" : "@" + hostIps.getFirst()));
        EndpointSlice.Place here = new EndpointSlice.Place(pod.getSpec().getNodeName(), List.of());
        return new Opened(
                new Service(
                        name,
                        Objects.requireNonNullElse(pod.getMetadata().getCreationTimestamp(), ""),
                        List.of(port),
                        new Service.Reach(
                                List.of(),
                                List.of(),
                                List.of(),
                                new Service.AtNodes(Set.of(), hostIps),
                                Service.Clients.ALL),
                        ALL),
                new EndpointSlice(
                        SliceName.ofHostPort(name),
                        name,
                        List.of(new EndpointSlice.Port("", port.protocol(), target)),
                        addresses.stream()
                                .map(address -> new EndpointSlice.Backend(address, !ending, true, ending, here))
                                .toList()));
    }
}
