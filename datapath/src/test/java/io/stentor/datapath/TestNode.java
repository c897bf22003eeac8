package io.stentor.datapath;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.kernel.bpf.TestRun;
import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.model.Family;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// The devices of [World]'s node in a network namespace of their own, and another namespace at the end of its wire.
final class TestNode implements AutoCloseable {
    private static final List<String> PODS = List.of("web", "db", "spare");
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final Kernel kernel;
    private final Path directory;
    private final Path node;
    private final Path wire;
    private final Netlink links;
    private final World world = new World(this::ifindex);

    TestNode(Kernel kernel) throws IOException {
        this.kernel = kernel;
        directory = Files.createTempDirectory(Path.of("/run"), "stentor-packets");
        node = directory.resolve("node");
        wire = directory.resolve("wire");
        kernel.createNetworkNamespace(node);
        kernel.createNetworkNamespace(wire);
        links = kernel.netlink(node);
        devices();
        addresses();
    }

    World world() {
        return world;
    }

    int ifindex(String link) {
        return links.link(link)
                .orElseThrow(() -> new IllegalArgumentException("no link " + link))
                .index();
    }

    /// Runs a program as if the link had received or were to send the packet.
    TestResult run(BpfProgram program, String link, int gsoSize, byte[] packet) {
        byte[] context = new SkbContext(ifindex(link), gsoSize, packet.length).bytes();
        return kernel.inNamespace(node, () -> program.testRun(TestRun.of(packet).withContext(context)));
    }

    /// As [#run], by a device that has summed up what it received: where the kernel can tell, that has to fit what
    /// becomes of it.
    TestResult runSummed(BpfProgram program, String link, int gsoSize, byte[] packet) {
        byte[] context = new SkbContext(ifindex(link), gsoSize, packet.length).bytes();
        TestRun run = TestRun.of(packet).withContext(context);
        return kernel.inNamespace(node, () -> program.testRun(kernel.version().atLeast(6, 11) ? run.withSum() : run));
    }

    /// Runs something where the links are.
    <T> T inside(Supplier<T> body) {
        return kernel.inNamespace(node, body::get);
    }

    /// [#run] for each packet.
    List<TestResult> runAll(BpfProgram program, String link, List<byte[]> packets) {
        int index = ifindex(link);
        return kernel.inNamespace(
                node,
                () -> packets.stream()
                        .map(packet -> program.testRun(
                                TestRun.of(packet).withContext(new SkbContext(index, 0, packet.length).bytes())))
                        .toList());
    }

    /// As [#run], as often as is asked for, in one call.
    void repeat(BpfProgram program, String link, byte[] packet, int times) {
        byte[] context = new SkbContext(ifindex(link), 0, packet.length).bytes();
        kernel.inNamespace(
                node,
                () -> program.testRun(TestRun.of(packet).withContext(context).repeated(times)));
    }

    /// Sends a frame through the real tunnel device to a program, and waits until `arrived`.
    void receive(BpfProgram program, String sender, int vni, byte[] frame, BooleanSupplier arrived) throws IOException {
        byte[] header = ByteBuffer.allocate(8).putInt(1 << 27).putInt(vni << 8).array();
        InetSocketAddress from = new InetSocketAddress(ip(sender), 0);
        InetSocketAddress to = new InetSocketAddress(ip("a"), World.TUNNEL_PORT);
        Hook hook = new Hook.Tc(ifindex("stentor_vxlan"), Hook.Direction.INGRESS);
        try (BpfLink attached = kernel.inNamespace(node, () -> kernel.bpf().attach(program, hook));
                DatagramChannel socket =
                        kernel.inNamespace(wire, () -> DatagramChannel.open().bind(from))) {
            socket.send(ByteBuffer.wrap(PacketBuilder.join(header, frame)), to);
            long end = System.nanoTime() + PATIENCE_NANOS;
            while (!arrived.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("the tunnel's packet did not arrive at " + attached);
                }
                Thread.onSpinWait();
            }
        }
    }

    private void devices() {
        for (String pod : PODS) {
            veth(pod, List.of(LinkSetting.up(), gatewayMac()), List.of(LinkSetting.up()));
        }
        veth(
                "eth0",
                List.of(LinkSetting.up(), LinkSetting.mac(mac("a"))),
                List.of(LinkSetting.up(), LinkSetting.mac(mac("b")), LinkSetting.namespace(wire)));
        links.addLink(new LinkSpec.Vxlan("stentor_vxlan", List.of(LinkSetting.up(), gatewayMac()), World.TUNNEL_PORT));
        kernel.inNamespace(node, () -> {
            kernel.sysctls().set("net/ipv4/conf/all/forwarding", "1");
            kernel.sysctls().set("net/ipv6/conf/all/forwarding", "1");
            return true;
        });
    }

    private LinkSetting gatewayMac() {
        return LinkSetting.mac(mac("gateway"));
    }

    private void veth(String name, List<LinkSetting> near, List<LinkSetting> far) {
        links.addLink(new LinkSpec.Veth(name, near, name + "-peer", far));
    }

    private void addresses() {
        int uplink = ifindex("eth0");
        links.addAddress(Address.of(uplink, prefix("a", Family.IPV4, 24)));
        links.addAddress(Address.of(uplink, prefix("a", Family.IPV6, 64)));
        for (Family family : Family.values()) {
            InetAddress router = ip("router", family);
            links.addRoute(Route.to(Prefix.of(family == Family.IPV4 ? "0.0.0.0/0" : "::/0"))
                    .dev(uplink)
                    .via(router));
            links.replaceNeighbour(Neighbour.permanent(uplink, router, mac("router")));
        }
        try (Netlink far = kernel.netlink(wire)) {
            int peer = far.link("eth0-peer").orElseThrow().index();
            for (String sender : List.of("b", "stranger")) {
                far.addAddress(Address.of(peer, prefix(sender, Family.IPV4, 24)));
            }
        }
    }

    private Prefix prefix(String name, Family family, int length) {
        return new Prefix(ip(name, family), length);
    }

    private InetAddress ip(String name) {
        return ip(name, Family.IPV4);
    }

    private InetAddress ip(String name, Family family) {
        try {
            return InetAddress.getByAddress(world.address(name, family).bytes());
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private Mac mac(String name) {
        return new Mac(world.mac(name).value());
    }

    @Override
    public void close() throws IOException {
        links.close();
        kernel.deleteNetworkNamespace(node);
        kernel.deleteNetworkNamespace(wire);
        Files.delete(directory);
    }
}
