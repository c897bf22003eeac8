package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Family;
import io.stentor.model.Protocol;
import io.stentor.model.ServiceName;
import java.util.Comparator;

/// Which port of which service, in one family: what has a number of its own, and lists of backends.
///
/// @param port its name, which may be empty
record PortName(ServiceName service, String port, Protocol protocol, Family family) implements Comparable<PortName> {
    private static final Comparator<PortName> ORDER = Comparator.comparing(PortName::service)
            .thenComparing(PortName::port)
            .thenComparing(PortName::protocol)
            .thenComparing(PortName::family);

    @Override
    public int compareTo(PortName other) {
        return ORDER.compare(this, other);
    }
}
