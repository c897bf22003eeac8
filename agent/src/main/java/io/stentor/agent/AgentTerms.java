package io.stentor.agent;

import io.stentor.agent.api.AgentView;
import io.stentor.bpf.generated.Config;
import io.stentor.datapath.compile.ConnectionSettings;
import io.stentor.datapath.compile.Hooks;
import io.stentor.datapath.compile.MapSettings;
import io.stentor.datapath.compile.ProgramSettings;
import io.stentor.datapath.compile.ServiceTerms;
import io.stentor.datapath.compile.TableSizes;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kube.AgentSettings;
import io.stentor.kube.NetworkSettings;
import io.stentor.kube.RoutingMode;
import io.stentor.kube.ServiceSettings;
import io.stentor.kube.TrackingSettings;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.State;
import io.stentor.node.NodeDevices;
import io.stentor.node.NodeServices;
import io.stentor.node.NodeSettings;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The agent's configuration in the terms of its parts.
final class AgentTerms {
    private static final int DROP_EVENTS_PER_SECOND = 1000;

    private final AgentSettings settings;
    private final NetworkSettings network;

    AgentTerms(AgentSettings settings) {
        this.settings = settings;
        this.network = settings.network();
    }

    private boolean tunnel() {
        return network.routing().mode() == RoutingMode.TUNNEL;
    }

    NodeSettings node() {
        return new NodeSettings(
                settings.nodeName(),
                new NodeSettings.Families(network.has(Family.IPV4), network.has(Family.IPV6)),
                new NodeSettings.Routing(
                        tunnel(),
                        network.routing().tunnel().port(),
                        network.routing().tunnel().underlay(),
                        network.routing().autoDirectNodeRoutes(),
                        network.routing().skipUnreachableNodes()),
                new NodeSettings.DeviceSettings(
                        network.routing().links().mtu(),
                        network.routing().links().devices()),
                new NodeSettings.Places(
                        settings.paths().stateDir(),
                        settings.paths().socket(),
                        settings.paths().cni().confDir(),
                        settings.paths().cni().exclusive(),
                        new NodeSettings.Plugin(settings.paths().cni().binDir(), plugin())));
    }

    /// The plugin that was built with this agent lies beside its jar.
    private static Optional<Path> plugin() {
        try {
            Path jar = Path.of(AgentTerms.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Optional.of(jar.resolveSibling("stentor-cni")).filter(Files::isRegularFile);
        } catch (URISyntaxException elsewhere) {
            return Optional.empty();
        }
    }

    MapSettings maps() {
        return new MapSettings(
                settings.nodeName(),
                tunnel() ? Optional.of(network.routing().tunnel().underlay()) : Optional.empty(),
                network.masquerade().nativeRanges(),
                services());
    }

    private ServiceTerms services() {
        ServiceSettings.Outside outside = network.services().outside();
        return new ServiceTerms(
                new ServiceTerms.NodePorts(outside.nodePortAddresses(), outside.nodePortsInternal()),
                outside.rangesForAll(),
                outside.clusterIps(),
                outside.foreignExternalIps(),
                network.services().balancing().backends().topology());
    }

    AgentView.About about() {
        return new AgentView.About(settings.nodeName(), network.families());
    }

    AgentView.NetworkView view(Optional<NodeDevices> devices) {
        String routing = tunnel()
                ? "tunnel (vxlan, port " + network.routing().tunnel().port() + ")"
                : network.routing().autoDirectNodeRoutes()
                        ? "native, automatic node routes"
                        : "native, the fabric routes";
        List<AgentView.Device> all = new ArrayList<>();
        devices.ifPresent(known -> {
            known.outside().forEach(d -> all.add(new AgentView.Device(d.name(), d.ifindex(), d.mtu())));
            if (known.tunnel() != 0) {
                all.add(new AgentView.Device("stentor_vxlan", known.tunnel(), known.podMtu()));
            }
        });
        return new AgentView.NetworkView(routing, all);
    }

    Config config(State state, NodeDevices devices, Kernel kernel) {
        Optional<Node> self = Optional.ofNullable(state.nodes().get(settings.nodeName()));
        Optional<IpAddress> ipv4 = self.flatMap(n -> n.internalIp(Family.IPV4));
        Optional<IpAddress> ipv6 = self.flatMap(n -> n.internalIp(Family.IPV6));
        Optional<ProgramSettings.Tunnel> tunnel = tunnel()
                ? Optional.of(new ProgramSettings.Tunnel(
                        devices.tunnel(),
                        network.routing().tunnel().port(),
                        devices.podMtu(),
                        network.routing().tunnel().underlay()))
                : Optional.empty();
        Config config = new ProgramSettings(
                        new ProgramSettings.NodeAddresses(ipv4, ipv6, underlay(devices)),
                        network.families(),
                        tunnel,
                        network.masquerade().families(),
                        new ProgramSettings.Events(DROP_EVENTS_PER_SECOND, true))
                .config()
                .withEncapsulate(tunnel() && programEncapsulates(kernel))
                .withCoarseClock(kernel.bpf().has(Feature.COARSE_CLOCK))
                .withServices(network.services().balancing().enabled())
                .withServicesSilent(network.services().balancing().backends().silent())
                .withSocketsOfHostAlone(network.services().balancing().hostSocketsOnly())
                .withHostNetns(kernel.networkCookie())
                .withSetRetval(kernel.bpf().has(Feature.SET_RETVAL));
        return connections(kernel).in(config);
    }

    /// The cgroup of all whose sockets are to be translated.
    Optional<Path> sockets(Kernel kernel) {
        ServiceSettings.Balancing balancing = network.services().balancing();
        return balancing.enabled() ? balancing.cgroup().or(() -> kernel.mounts().cgroup2()) : Optional.empty();
    }

    Optional<Hooks.Sockets> socketHooks(Kernel kernel) {
        boolean ports = network.services().upkeep().ports().bind();
        return sockets(kernel).map(cgroup -> new Hooks.Sockets(cgroup, ports));
    }

    /// Empty where Services are not Stentor's matter.
    Optional<NodeServices.Serving> serving(Kernel kernel) {
        ServiceSettings services = network.services();
        return Optional.of(services.nodePorts())
                .filter(_ -> services.balancing().enabled())
                .map(range -> new NodeServices.Serving(
                        range.first(), range.last(), services.upkeep().ports().reserve(), sockets(kernel)));
    }

    ConnectionSettings connections(Kernel kernel) {
        TrackingSettings.Room room = network.tracking().room();
        TrackingSettings.Lifetimes lifetimes = network.tracking().lifetimes();
        return new ConnectionSettings(
                TableSizes.of(
                        kernel.memory(), new TableSizes.Wanted(room.ratio(), room.tcp(), room.other(), room.nat())),
                new ConnectionSettings.Lifetimes(
                        lifetimes.tcp(), lifetimes.syn(), lifetimes.closing(), lifetimes.other()));
    }

    private ProgramSettings.Underlay underlay(NodeDevices devices) {
        return new ProgramSettings.Underlay(
                devices.underlay().ifindex(),
                devices.underlay().mtu(),
                devices.underlay().segments(),
                network.routing().autoDirectNodeRoutes());
    }

    private boolean programEncapsulates(Kernel kernel) {
        return switch (network.routing().tunnel().headers()) {
            case AUTO -> kernel.bpf().has(Feature.ENCAP_L2_ETH);
            case PROGRAM -> {
                kernel.bpf().require(Feature.ENCAP_L2_ETH);
                yield true;
            }
            case DEVICE -> false;
        };
    }
}
