package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An object that is being translated, and what was found wrong with it on the way. What it reads and does not answer,
/// it has found wrong.
///
/// @param object as people name it: `Service/shop/web`
record Subject(String object, List<Problem> problems) {

    private static final int PORTS = 65535;

    Subject(String object) {
        this(object, new ArrayList<>());
    }

    /// An object with a namespace.
    static Subject of(String kind, GenericKubernetesResource object) {
        return new Subject(kind + "/" + object.getMetadata().getNamespace() + "/"
                + object.getMetadata().getName());
    }

    void wrong(String field, String reason) {
        problems.add(new Problem(object, field, reason));
    }

    /// An address that others can reach.
    Optional<IpAddress> address(Tree value, String field) {
        Optional<IpAddress> address = value.text().flatMap(IpAddress::parse);
        if (address.isEmpty()) {
            wrong(field, "'" + value.shown() + "' is not an IP address");
            return address;
        }
        Optional<String> fault = Sense.fault(address.get());
        fault.ifPresent(reason -> wrong(field, value.shown() + " " + reason));
        return fault.isPresent() ? Optional.empty() : address;
    }

    /// A port from 1 to 65535.
    Optional<Integer> port(Tree value, String field) {
        Optional<Integer> port =
                value.number().filter(n -> n >= 1 && n <= PORTS).map(Long::intValue);
        if (port.isEmpty()) {
            wrong(field, "'" + value.shown() + "' is not a port from 1 to " + PORTS);
        }
        return port;
    }

    /// TCP where none is named.
    Optional<Protocol> protocol(Tree value, String field) {
        if (value.isAbsent()) {
            return Optional.of(Protocol.TCP);
        }
        Optional<Protocol> protocol = value.text().flatMap(Protocol::parse);
        if (protocol.isEmpty()) {
            wrong(field, "'" + value.shown() + "' is none of TCP, UDP, SCTP");
        }
        return protocol;
    }
}
