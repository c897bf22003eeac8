package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// `stentor_vxlan`: made, kept as it has to be, and removed where routing is native.
///
/// What cannot be changed on a living device stands in its alias, which is how a restarted agent knows whether it is
/// still the right one.
final class TunnelDevice {
    private static final System.Logger LOG = System.getLogger("network");

    private final Kernel kernel;
    private final NodeSettings settings;

    TunnelDevice(Kernel kernel, NodeSettings settings) {
        this.kernel = kernel;
        this.settings = settings;
    }

    /// @param present the device as it is
    /// @param mtu     for it
    /// @param remove  whether it may be removed if it is not wanted
    /// @return what could not be done
    Optional<Problem> ensure(Optional<Link> present, int mtu, boolean remove) {
        try {
            if (settings.routing().tunnel()) {
                Optional<Link> usable = present.filter(link -> link.alias().equals(alias()));
                if (present.isPresent() && usable.isEmpty()) {
                    LOG.log(
                            System.Logger.Level.INFO,
                            "{0} is replaced: it was {1}",
                            DesiredNetwork.TUNNEL,
                            present.get().alias());
                    kernel.netlink().deleteLink(present.get().index());
                }
                usable.ifPresentOrElse(link -> adjust(link, mtu), () -> make(mtu));
                allowAsymmetry();
            } else if (present.isPresent() && remove) {
                kernel.netlink().deleteLink(present.get().index());
            }
            return Optional.empty();
        } catch (KernelException refused) {
            return Optional.of(new Problem("link " + DesiredNetwork.TUNNEL, "", refused.getMessage() + others()));
        }
    }

    private String alias() {
        return "stentor vxlan, port " + settings.routing().tunnelPort();
    }

    private void make(int mtu) {
        List<LinkSetting> wanted = List.of(
                LinkSetting.mac(KernelTerms.mac(Gateway.MAC)),
                LinkSetting.mtu(mtu),
                LinkSetting.alias(alias()),
                new LinkSetting.NoGeneratedAddress(),
                LinkSetting.up());
        kernel.netlink()
                .addLink(new LinkSpec.Vxlan(
                        DesiredNetwork.TUNNEL, wanted, settings.routing().tunnelPort()));
    }

    private void adjust(Link link, int mtu) {
        List<LinkSetting> changes = new ArrayList<>();
        if (link.mtu() != mtu) {
            changes.add(LinkSetting.mtu(mtu));
        }
        if (!link.mac().equals(Optional.of(KernelTerms.mac(Gateway.MAC)))) {
            changes.add(LinkSetting.mac(KernelTerms.mac(Gateway.MAC)));
        }
        if (!link.up()) {
            changes.add(LinkSetting.up());
        }
        if (!changes.isEmpty()) {
            kernel.netlink().setLink(link.index(), changes.toArray(LinkSetting[]::new));
        }
    }

    /// What comes out of the tunnel for the host is from addresses whose route may be another device's.
    private void allowAsymmetry() {
        set("net/ipv4/conf/" + DesiredNetwork.TUNNEL + "/rp_filter", "2");
        if (settings.families().ipv6()) {
            set("net/ipv6/conf/" + DesiredNetwork.TUNNEL + "/disable_ipv6", "0");
        }
    }

    private void set(String key, String value) {
        if (kernel.sysctls().find(key).filter(now -> !now.equals(value)).isPresent()) {
            kernel.sysctls().set(key, value);
        }
    }

    /// A port has one tunnel device; the one that another network left is the usual reason.
    private String others() {
        String names = kernel.netlink().links().stream()
                .filter(link -> link.kind().equals("vxlan") && !link.name().equals(DesiredNetwork.TUNNEL))
                .map(Link::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "; other tunnel devices of this host: " + names;
    }
}
