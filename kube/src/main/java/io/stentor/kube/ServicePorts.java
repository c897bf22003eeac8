package io.stentor.kube;

import io.stentor.model.Protocol;
import io.stentor.model.ServicePort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The ports of one Service.
final class ServicePorts {

    private final Subject subject;
    private final Optional<ServiceSettings.NodePorts> nodePorts;
    private final Set<String> names = new HashSet<>();
    private final Set<Taken> ports = new HashSet<>();
    private final Set<Taken> portsOfNodes = new HashSet<>();

    private record Taken(Protocol protocol, int port) {
        @Override
        public String toString() {
            return port + "/" + protocol;
        }
    }

    /// @param nodePorts where they may be, if the Service has some
    ServicePorts(Subject subject, Optional<ServiceSettings.NodePorts> nodePorts) {
        this.subject = subject;
        this.nodePorts = nodePorts;
    }

    /// @param items of `spec.ports`
    List<ServicePort> read(List<Tree> items) {
        if (items.isEmpty()) {
            subject.wrong("spec.ports", "there are none: nothing reaches it");
        }
        List<ServicePort> read = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            read(items.get(i), "spec.ports[" + i + "]").ifPresent(read::add);
        }
        return read;
    }

    private Optional<ServicePort> read(Tree item, String field) {
        String name = item.at("name").text().orElse("");
        Optional<Protocol> protocol = subject.protocol(item.at("protocol"), field + ".protocol");
        Optional<Integer> port = subject.port(item.at("port"), field + ".port");
        if (protocol.isEmpty() || port.isEmpty()) {
            return Optional.empty();
        }
        if (!names.add(name)) {
            subject.wrong(field + ".name", "'" + name + "' is the name of an earlier port: left out");
            return Optional.empty();
        }
        Taken taken = new Taken(protocol.get(), port.get());
        if (!ports.add(taken)) {
            subject.wrong(field + ".port", taken + " is an earlier port too: left out");
            return Optional.empty();
        }
        int nodePort = nodePort(item.at("nodePort"), field + ".nodePort", protocol.get());
        return Optional.of(new ServicePort(name, protocol.get(), port.get(), nodePort));
    }

    private int nodePort(Tree value, String field, Protocol protocol) {
        boolean none = value.isAbsent() || value.number().filter(n -> n == 0).isPresent();
        if (none || nodePorts.isEmpty()) {
            return 0;
        }
        Optional<Integer> port = subject.port(value, field);
        if (port.isEmpty()) {
            return 0;
        }
        if (!nodePorts.get().contains(port.get())) {
            subject.wrong(
                    field, port.get() + " is outside of node-port-range, which is " + nodePorts.get() + ": left out");
            return 0;
        }
        Taken taken = new Taken(protocol, port.get());
        if (!portsOfNodes.add(taken)) {
            subject.wrong(field, taken + " is an earlier port's too: left out");
            return 0;
        }
        return port.get();
    }
}
