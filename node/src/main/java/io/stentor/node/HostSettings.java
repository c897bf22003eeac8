package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Link;
import io.stentor.model.Problem;
import io.stentor.node.Ledger.Sysctl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Kernel parameters of the host that the datapath rests on.
///
/// Forwarding, because what the programs do not send themselves goes through the host's stack. A host that forwards
/// IPv6 stops listening to routers and loses the default route that they gave it, unless `accept_ra` is 2 before.
final class HostSettings {
    private static final System.Logger LOG = System.getLogger("host");
    private static final String IPV4 = "net/ipv4/conf/";
    private static final String IPV6 = "net/ipv6/conf/";

    private final Kernel kernel;
    private final Ledger ledger;
    private final NodeSettings settings;

    HostSettings(Kernel kernel, Ledger ledger, NodeSettings settings) {
        this.kernel = kernel;
        this.ledger = ledger;
        this.settings = settings;
    }

    /// Puts right what is not as it has to be.
    ///
    /// @param listening devices that may get their default route from routers
    /// @return what could not be done
    List<Problem> ensure(Collection<Link> listening) {
        List<Problem> problems = new ArrayList<>();
        if (settings.families().ipv6()) {
            for (Link link : listening) {
                String key = IPV6 + link.name() + "/accept_ra";
                if (kernel.sysctls().find(key).filter("1"::equals).isPresent()) {
                    set(key, "2").ifPresent(problems::add);
                }
            }
            if (problems.isEmpty()) {
                forward(IPV6 + "all/forwarding", IPV6).ifPresent(problems::add);
            }
        }
        if (settings.families().ipv4()) {
            forward("net/ipv4/ip_forward", IPV4).ifPresent(problems::add);
        }
        return problems;
    }

    /// Forwarding is one switch for all devices: whoever turns it, in either direction, sets it for each, and for IPv4
    /// whether redirects are accepted. What was not as turning it back would leave it stands in the
    /// ledger before the switch, and so is put right after it.
    private Optional<Problem> forward(String key, String devices) {
        try {
            if (!kernel.sysctls().get(key).equals("1")) {
                if (devices.equals(IPV4)) {
                    keep(IPV4 + "all/accept_redirects", "1");
                }
                keep(devices + "default/forwarding", "0");
                for (Link link : kernel.netlink().links()) {
                    keep(devices + link.name() + "/forwarding", "0");
                }
            }
        } catch (KernelException | IOException failed) {
            return Optional.of(new Problem("sysctl", key, "cannot be set to 1: " + failed.getMessage()));
        }
        return set(key, "1");
    }

    private void keep(String key, String reset) throws IOException {
        Optional<String> now = kernel.sysctls().find(key).filter(value -> !value.equals(reset));
        if (now.isPresent()) {
            ledger.enter(new Sysctl(key, now.get(), reset));
        }
    }

    private Optional<Problem> set(String key, String value) {
        try {
            String before = kernel.sysctls().get(key);
            if (!before.equals(value)) {
                ledger.enter(new Sysctl(key, before, value));
                kernel.sysctls().set(key, value);
                LOG.log(System.Logger.Level.INFO, "{0} set to {1}, was {2}", key, value, before);
            }
            return Optional.empty();
        } catch (KernelException | IOException failed) {
            return Optional.of(new Problem("sysctl", key, "cannot be set to " + value + ": " + failed.getMessage()));
        }
    }
}
