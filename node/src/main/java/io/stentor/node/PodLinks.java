package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Route;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.node.NodeSettings.Families;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The wire between a pod and the host: a veth pair whose far end is made directly in the pod's namespace.
///
/// Inside, the pod has its address alone (/32, /128), the [Gateway] on the link and everything else behind it. On the
/// host there is a route to each address of the pod and a permanent neighbour; they go with the link.
final class PodLinks {
    /// The protocol number of all our routes.
    static final int PROTOCOL = 83;

    private final Kernel kernel;
    private final Families families;

    PodLinks(Kernel kernel, Families families) {
        this.kernel = kernel;
        this.families = families;
    }

    /// Makes and configures both ends. What a failed call leaves behind, [#remove] removes.
    ///
    /// @param endpoint with 0 as its link's index
    /// @param mtu      of both ends
    /// @return the endpoint with the index of its host link
    Endpoint make(Endpoint endpoint, Path netns, int mtu) throws CniError {
        Attachment wanted = endpoint.attachment();
        try (Netlink pod = enter(netns)) {
            if (pod.link(wanted.podInterface()).isPresent()) {
                throw new CniError(
                        CniError.INVALID_VARIABLE,
                        "CNI_IFNAME \"" + wanted.podInterface() + "\" is taken: the pod has an interface of that name");
            }
            LinkSpec pair = new LinkSpec.Veth(
                    wanted.hostInterface(),
                    List.of(
                            LinkSetting.mac(KernelTerms.mac(Gateway.MAC)),
                            LinkSetting.mtu(mtu),
                            new LinkSetting.NoGeneratedAddress()),
                    wanted.podInterface(),
                    List.of(
                            LinkSetting.namespace(netns),
                            LinkSetting.mac(KernelTerms.mac(wanted.podMac())),
                            LinkSetting.mtu(mtu),
                            new LinkSetting.NoGeneratedAddress()));
            Link host = kernel.netlink().addLink(pair).orElseThrow();
            kernel.inNamespace(netns, () -> {
                set(podSettings(wanted.podInterface()));
                return host;
            });
            set(hostSettings(wanted.hostInterface()));
            Link inside = pod.link(wanted.podInterface()).orElseThrow();
            run(kernel.netlink(), hostSide(host.index(), endpoint));
            run(pod, podSide(inside.index(), endpoint));
            return withIndex(endpoint, host.index());
        }
    }

    private Netlink enter(Path netns) throws CniError {
        try {
            // The host's own namespace would take the host off the network.
            Path own = Path.of("/proc/self/ns/net");
            if (Files.getAttribute(netns, "unix:ino").equals(Files.getAttribute(own, "unix:ino"))
                    && Files.getAttribute(netns, "unix:dev").equals(Files.getAttribute(own, "unix:dev"))) {
                throw new CniError(
                        CniError.INVALID_VARIABLE, "CNI_NETNS \"" + netns + "\" is the node's own network namespace");
            }
            return kernel.netlink(netns);
        } catch (IOException missing) {
            throw new CniError(
                    CniError.INVALID_VARIABLE, "CNI_NETNS \"" + netns + "\" does not exist", missing.toString());
        } catch (KernelException refused) {
            throw new CniError(
                    CniError.INVALID_VARIABLE,
                    "CNI_NETNS \"" + netns + "\" is not a network namespace",
                    refused.getMessage());
        }
    }

    /// In a namespace where IPv6 is off the keys are missing, and nothing has to be set.
    private void set(Map<String, String> settings) {
        settings.forEach((key, value) -> {
            Optional<String> now = kernel.sysctls().find(key);
            if (now.isPresent() && !now.get().equals(value)) {
                kernel.sysctls().set(key, value);
            }
        });
    }

    /// Runtimes may have switched IPv6 off for the sandbox; nobody announces routers to a pod but us.
    private Map<String, String> podSettings(String name) {
        String ipv6 = "net/ipv6/conf/" + name + "/";
        return families.ipv6()
                ? Map.of(ipv6 + "disable_ipv6", "0", ipv6 + "accept_dad", "0", ipv6 + "accept_ra", "0")
                : Map.of(ipv6 + "disable_ipv6", "1");
    }

    /// Pods' answers may leave by another device than the route back says; pods are no routers. Where pods have no
    /// IPv6, the host does not speak it with them either.
    private Map<String, String> hostSettings(String name) {
        String ipv6 = "net/ipv6/conf/" + name + "/";
        return Map.of(
                "net/ipv4/conf/" + name + "/rp_filter",
                "2",
                ipv6 + "accept_ra",
                "0",
                ipv6 + "disable_ipv6",
                families.ipv6() ? "0" : "1");
    }

    private static List<Change> hostSide(int ifindex, Endpoint endpoint) {
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.SetLink(ifindex, List.of(LinkSetting.up())));
        changes.addAll(hostRoutes(ifindex, endpoint));
        return changes;
    }

    /// What leads from the host to a pod: a route and a permanent neighbour for each address.
    static List<Change> hostRoutes(int ifindex, Endpoint endpoint) {
        List<Change> changes = new ArrayList<>();
        for (IpAddress address : endpoint.addresses().all()) {
            changes.add(new Change.ReplaceNeighbour(neighbour(ifindex, endpoint, address)));
            changes.add(new Change.ReplaceRoute(route(ifindex, address)));
        }
        return changes;
    }

    static Neighbour neighbour(int ifindex, Endpoint endpoint, IpAddress address) {
        return Neighbour.permanent(
                ifindex,
                KernelTerms.inet(address),
                KernelTerms.mac(endpoint.attachment().podMac()));
    }

    static Route route(int ifindex, IpAddress address) {
        return Route.to(KernelTerms.host(address)).dev(ifindex).protocol(PROTOCOL);
    }

    private List<Change> podSide(int ifindex, Endpoint endpoint) {
        List<Change> changes = new ArrayList<>();
        changes.add(new Change.SetLink(ifindex, List.of(LinkSetting.up())));
        for (Family family : Family.values()) {
            endpoint.addresses().of(family).ifPresent(address -> {
                InetAddress gateway = KernelTerms.inet(Gateway.of(family));
                Route everything = Route.byDefault(KernelTerms.version(family))
                        .dev(ifindex)
                        .via(gateway)
                        .onlink();
                changes.add(new Change.AddAddress(Address.of(ifindex, KernelTerms.host(address))));
                changes.add(
                        new Change.AddNeighbour(Neighbour.permanent(ifindex, gateway, KernelTerms.mac(Gateway.MAC))));
                if (family == Family.IPV4) {
                    changes.add(new Change.AddRoute(
                            Route.to(KernelTerms.host(Gateway.IPV4)).dev(ifindex)));
                }
                changes.add(new Change.AddRoute(everything));
            });
        }
        return changes;
    }

    private static void run(Netlink netlink, List<Change> changes) {
        for (Optional<KernelException> failure : netlink.apply(changes)) {
            failure.ifPresent(e -> {
                throw e;
            });
        }
    }

    private static Endpoint withIndex(Endpoint endpoint, int ifindex) {
        Attachment a = endpoint.attachment();
        Attachment found = new Attachment(a.containerId(), a.podInterface(), a.hostInterface(), ifindex, a.podMac());
        return new Endpoint(endpoint.id(), found, endpoint.pod(), endpoint.addresses(), endpoint.identity());
    }

    /// The endpoint as it stands in the kernel, or empty if its link is gone.
    static Optional<Endpoint> found(Endpoint endpoint, Map<String, Link> links) {
        Link link = links.get(endpoint.attachment().hostInterface());
        return link == null ? Optional.empty() : Optional.of(withIndex(endpoint, link.index()));
    }

    /// Whether a link is the host's end of a pod's.
    static boolean isOurs(Link link) {
        return link.kind().equals("veth") && link.name().matches(AttachmentKey.LINK_PREFIX + "[0-9a-f]{12}");
    }

    /// Removes a host link if it is there; the pod's end and the host's routes go with it.
    void remove(String hostInterface) {
        kernel.netlink().link(hostInterface).ifPresent(link -> {
            kernel.netlink().deleteLink(link.index());
        });
    }

    /// What CHECK asks: both ends up, the pod's addresses on its end.
    void check(Endpoint endpoint, Path netns) throws CniError {
        String name = endpoint.attachment().hostInterface();
        Link host = kernel.netlink().link(name).orElseThrow(() -> bad("the host's link " + name + " is gone"));
        require(host.up(), "the host's link " + name + " is down");
        String podInterface = endpoint.attachment().podInterface();
        try (Netlink pod = enter(netns)) {
            Link inside = pod.link(podInterface).orElseThrow(() -> bad("the pod has no interface " + podInterface));
            require(inside.up(), "the pod's interface " + podInterface + " is down");
            List<Address> addresses = pod.addresses();
            for (IpAddress address : endpoint.addresses().all()) {
                InetAddress wanted = KernelTerms.inet(address);
                require(
                        addresses.stream()
                                .anyMatch(a -> a.ifindex() == inside.index()
                                        && a.address().equals(wanted)),
                        "the pod's interface " + podInterface + " has lost its address " + address);
            }
        } catch (KernelException failed) {
            throw new CniError(CniError.IO_FAILURE, "the pod's network cannot be read", failed.getMessage());
        }
    }

    private static void require(boolean condition, String otherwise) throws CniError {
        if (!condition) {
            throw bad(otherwise);
        }
    }

    private static CniError bad(String reason) {
        return new CniError(CniError.CHECK_FAILED, reason);
    }
}
