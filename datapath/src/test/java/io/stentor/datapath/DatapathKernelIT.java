package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.attach.ProgramAt;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Prefix;
import io.stentor.model.Problem;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A configuration that changes under programs that run: what a node's new address or MTU comes to.
class DatapathKernelIT {
    private static final long PATIENCE_NANOS = 5_000_000_000L;
    /// Ethernet, IPv4, UDP.
    private static final int UDP_HEADERS = 14 + 20 + 8;

    private final Linux linux = Linux.open();
    private Path directory;
    private Path bpffs;
    private Path netns;
    private Netlink net;
    private Link pod;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createTempDirectory("stentor-datapath");
        bpffs = directory.resolve("bpf");
        linux.mounts().ensureBpffs(bpffs);
        netns = directory.resolve("netns");
        linux.createNetworkNamespace(netns);
        net = linux.netlink(netns);
        pod = net.addLink(new LinkSpec.Veth("stn0", List.of(), "peer", List.of()))
                .orElseThrow();
    }

    @AfterEach
    void close() throws IOException {
        net.close();
        linux.deleteNetworkNamespace(netns);
        linux.mounts().unmount(bpffs);
        Files.delete(bpffs);
        Files.delete(directory);
        linux.close();
    }

    private List<Problem> attach(Datapath datapath, Config config, ProgramAt... hooks) {
        return linux.inNamespace(netns, () -> datapath.attach(config, Set.of(hooks), true));
    }

    private Attached at(ProgramAt at) {
        List<Attached> found = linux.inNamespace(netns, () -> linux.bpf().attached(at.hook()));
        assertThat(found).extracting(Attached::name).containsExactly(at.program());
        return found.getFirst();
    }

    private List<String> pins(String below) throws IOException {
        try (Stream<Path> all = Files.walk(bpffs)) {
            return all.map(path -> bpffs.relativize(path).toString())
                    .filter(path -> path.matches(below))
                    .sorted()
                    .toList();
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    /// From the pod's side of the link, which no endpoint has: a drop for each, told from others by its length.
    private void send(int... payloads) throws IOException {
        InetSocketAddress to = new InetSocketAddress("10.9.0.1", 53);
        try (DatagramChannel socket =
                linux.inNamespace(netns, () -> DatagramChannel.open(StandardProtocolFamily.INET))) {
            for (int payload : payloads) {
                socket.send(ByteBuffer.allocate(payload), to);
            }
        }
    }

    private static List<Integer> awaitPayloads(RingBuffer ring, int count) {
        List<Integer> payloads = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (payloads.size() < count && System.nanoTime() < end) {
            ring.drain(record -> payloads.add(
                    Event.CODEC.decode(record.toArray(ValueLayout.JAVA_BYTE)).length() - UDP_HEADERS));
            Thread.onSpinWait();
        }
        return payloads;
    }

    @Test
    void what_is_reported_while_no_agent_runs_is_read_by_the_next() throws IOException {
        linux.inNamespace(netns, () -> {
            linux.sysctls().set("net/ipv6/conf/all/disable_ipv6", "1");
            return true;
        });
        int peer = net.link("peer").orElseThrow().index();
        net.setLink(pod.index(), LinkSetting.up());
        net.setLink(peer, LinkSetting.up());
        net.addAddress(Address.of(peer, Prefix.of("10.9.0.2/24")));
        net.replaceNeighbour(Neighbour.permanent(peer, InetAddress.getByName("10.9.0.1"), Mac.of("02:00:00:00:00:01")));
        ProgramAt from = ProgramAt.tc(pod.index(), Direction.INGRESS, "from_pod");
        Config config = Config.ZERO.withIpv4(true).withPodMtu(1450).withDropEventsPerSecond(1000);
        List<Integer> rings;
        try (Datapath datapath = Datapath.load(linux.bpf(), bpffs, Map.of(), config)) {
            assertThat(attach(datapath, config, from)).isEmpty();
            rings = rings(datapath);
            try (RingBuffer events = datapath.events()) {
                send(1, 2);
                assertThat(awaitPayloads(events, 2)).containsExactly(1, 2);
            }
        }
        send(3, 4, 5);

        try (Datapath datapath = Datapath.load(linux.bpf(), bpffs, Map.of(), config)) {
            assertThat(rings(datapath)).isEqualTo(rings);
            try (RingBuffer events = datapath.events()) {
                send(6);
                assertThat(awaitPayloads(events, 4)).containsExactly(3, 4, 5, 6);
            }
        }
    }

    private static List<Integer> rings(Datapath datapath) {
        return datapath.maps().get(Maps.EVENTS.name()).dump().stream()
                .map(entry -> Maps.EVENTS.value().decode(entry.value()))
                .toList();
    }

    @Test
    void a_changed_configuration_replaces_the_programs_where_they_are_and_keeps_the_maps() throws IOException {
        ProgramAt from = ProgramAt.tc(pod.index(), Direction.INGRESS, "from_pod");
        ProgramAt to = ProgramAt.tc(pod.index(), Direction.EGRESS, "to_pod");
        Config config = Config.ZERO.withIpv4(true).withPodMtu(1450);
        try (Datapath datapath = Datapath.load(linux.bpf(), bpffs, Map.of(), config)) {
            assertThat(attach(datapath, config, from, to)).isEmpty();
            BpfMap metrics = datapath.maps().get(Maps.METRICS.name());
            int map = metrics.id();
            Attached before = at(from);

            assertThat(attach(datapath, config, from, to)).isEmpty();
            assertThat(at(from)).isEqualTo(before);

            assertThat(attach(datapath, config.withPodMtu(1400), from, to)).isEmpty();
            Attached after = at(from);
            assertThat(after.linkId()).isEqualTo(before.linkId());
            assertThat(after.programId()).isNotEqualTo(before.programId());
            assertThat(datapath.maps().get(Maps.METRICS.name()).id()).isEqualTo(map);
            assertThat(metrics.lookup(BpfMap.index(0))).isPresent();
            assertThat(pins(".*/generations/[0-9]+")).hasSize(1);

            long open = descriptors();
            for (int mtu = 1300; mtu < 1304; mtu++) {
                assertThat(attach(datapath, config.withPodMtu(mtu), from, to)).isEmpty();
            }
            assertThat(descriptors()).isEqualTo(open);
            assertThat(pins(".*/generations/[0-9]+")).hasSize(1);
            assertThat(attach(datapath, config, from)).isEmpty();
            assertThat(linux.inNamespace(netns, () -> linux.bpf().attached(to.hook())))
                    .isEmpty();
        }
        assertThat(at(from).name()).isEqualTo("from_pod");
    }

    @Test
    void tables_of_another_size_are_taken_over_with_what_is_in_them_there_and_back() throws IOException {
        ProgramAt from = ProgramAt.tc(pod.index(), Direction.INGRESS, "from_pod");
        Config config = Config.ZERO.withIpv4(true);
        String table = Maps.CT_ANSWERED.name();
        byte[] key = new byte[CtKey.SIZE];
        CtEntry entry = CtEntry.ZERO.withDeadline(Long.MAX_VALUE).withEndpoint(7);
        try (Datapath before = Datapath.load(linux.bpf(), bpffs, Map.of(table, 2048), config)) {
            assertThat(attach(before, config, from)).isEmpty();
            before.maps().get(table).update(key, entry.encode());
        }
        for (int size : List.of(4096, 1024, 2048)) {
            long open = descriptors();
            try (Datapath after = Datapath.load(linux.bpf(), bpffs, Map.of(table, size), config)) {
                assertThat(attach(after, config, from)).isEmpty();
                BpfMap map = after.maps().get(table);
                assertThat(map.spec().maxEntries()).isEqualTo(size);
                assertThat(map.lookup(key).map(CtEntry.CODEC::decode)).hasValue(entry);
                assertThat(after.problems()).isEmpty();
            }
            assertThat(descriptors()).isEqualTo(open);
            assertThat(pins("stentor/[0-9a-f]{12}")).hasSize(1);
            assertThat(pins(".*/generations/[0-9]+")).hasSize(1);
        }
    }
}
