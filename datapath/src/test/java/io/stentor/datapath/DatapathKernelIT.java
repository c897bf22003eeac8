package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.attach.ProgramAt;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Netlink;
import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A configuration that changes under programs that run: what a node's new address or MTU comes to.
class DatapathKernelIT {
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
}
