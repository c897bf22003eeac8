package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.Sysctls;
import io.stentor.model.Problem;
import io.stentor.node.Ledger.Reserved;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Node ports among those that the kernel takes for connections of its own are reserved: a connection that had one
/// would get the packets of a Service, or keep them from it. Ports that a process asks for by number are another
/// matter, which the programs at sockets see to.
final class ReservedPorts {
    private static final System.Logger LOG = System.getLogger("host");
    private static final String RESERVED = "net/ipv4/ip_local_reserved_ports";
    private static final String RANGE = "net/ipv4/ip_local_port_range";

    private final Kernel kernel;
    private final Ledger ledger;
    private final PortList wanted;

    ReservedPorts(Kernel kernel, Ledger ledger, PortList wanted) {
        this.kernel = kernel;
        this.ledger = ledger;
        this.wanted = wanted;
    }

    /// Reserves what is not; both families share the setting.
    ///
    /// @return what could not be done
    List<Problem> ensure() {
        Sysctls sysctls = kernel.sysctls();
        try {
            // "32768\t60999"
            PortList own = PortList.parse(sysctls.get(RANGE).strip().replaceAll("\\s+", "-"));
            if (!wanted.overlaps(own)) {
                return List.of();
            }
            PortList now = PortList.parse(sysctls.get(RESERVED));
            PortList missing = wanted.minus(now);
            if (!missing.isEmpty()) {
                ledger.enter(new Reserved(missing.toString()));
                sysctls.set(RESERVED, now.plus(missing).toString());
                LOG.log(System.Logger.Level.INFO, "ports {0} are kept from connections of the node", missing);
            }
            return List.of();
        } catch (KernelException | IOException | IllegalArgumentException failed) {
            return List.of(new Problem(
                    "sysctl",
                    RESERVED,
                    "node ports " + wanted + " cannot be reserved, and a connection of the node may take one: "
                            + failed.getMessage()));
        }
    }

    /// Undoes what the ledger holds. Ports that others have reserved since stay so.
    ///
    /// @return why nothing was to be done
    static Optional<String> release(Kernel kernel, Reserved entry) {
        Sysctls sysctls = kernel.sysctls();
        Optional<String> now = sysctls.find(RESERVED);
        if (now.isEmpty()) {
            return Optional.of("the setting is no more");
        }
        sysctls.set(
                RESERVED,
                PortList.parse(now.get()).minus(PortList.parse(entry.ports())).toString());
        return Optional.empty();
    }
}
