package io.stentor.datapath.attach;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.BpfObjects;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Endpoint;
import io.stentor.bpf.generated.Layouts;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.attach.Blueprint.ObjectFile;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Netlink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The real objects, started and restarted on the real kernel.
class GenerationKernelIT {
    private final Linux linux = Linux.open();
    private final Bpffs pins = new Bpffs();
    private Path directory;
    private Path bpffs;
    private Path netns;
    private Netlink net;
    private Link pod;

    @BeforeEach
    void open() throws Exception {
        directory = Files.createTempDirectory("stentor-generation");
        bpffs = directory.resolve("bpf");
        linux.mounts().ensureBpffs(bpffs);
        netns = directory.resolve("netns");
        linux.createNetworkNamespace(netns);
        net = linux.netlink(netns);
        pod = net.addLink(new LinkSpec.Veth("stn0", List.of(), "peer", List.of()))
                .orElseThrow();
    }

    @AfterEach
    void close() throws Exception {
        net.close();
        linux.deleteNetworkNamespace(netns);
        linux.mounts().unmount(bpffs);
        Files.delete(bpffs);
        Files.delete(directory);
        linux.close();
    }

    private Generation load() {
        return Generation.load(linux.bpf(), pins, bpffs, blueprint(Config.ZERO));
    }

    private Blueprint blueprint(Config config) {
        List<ObjectFile> objects = Stream.of("pod", "net", "overlay")
                .map(name -> ObjectFile.of(name, BpfObjects.load(name)))
                .toList();
        return new Blueprint(
                Description.parse(Layouts.description()),
                Maps.ALL,
                objects,
                Map.of(".rodata.config", config.encode()),
                Map.of());
    }

    private List<Attached> attached(ProgramAt at) {
        return linux.inNamespace(netns, () -> linux.bpf().attached(at.hook()));
    }

    private static DatapathSync.Outcome sync(Generation generation, Map<Integer, Endpoint> endpoints) {
        return new DatapathSync(generation.maps())
                .sync(List.of(MapImage.of(Maps.ENDPOINTS, endpoints)), true, List::of, 0);
    }

    @Test
    void a_restart_swaps_the_programs_and_finds_the_maps_as_they_were() {
        ProgramAt from = ProgramAt.tc(pod.index(), Direction.INGRESS, "from_pod");
        ProgramAt to = ProgramAt.tc(pod.index(), Direction.EGRESS, "to_pod");
        Endpoint endpoint = Endpoint.ZERO;
        Path ours = bpffs.resolve("stentor");

        try (Generation first = load()) {
            assertThat(sync(first, Map.of(pod.index(), endpoint)).problems()).isEmpty();
            assertThat(linux.inNamespace(
                            netns, () -> new Attachments(linux.bpf(), first).reconcile(Set.of(from, to), true)))
                    .isEmpty();
        }
        assertThat(attached(from)).extracting(Attached::name).containsExactly("from_pod");
        assertThat(attached(to)).extracting(Attached::name).containsExactly("to_pod");
        int before = attached(from).getFirst().programId();

        try (Generation second = load()) {
            assertThat(second.number()).isEqualTo(2);
            assertThat(second.map(Maps.ENDPOINTS.name()).dump()).hasSize(1);
            assertThat(sync(second, Map.of()).problems()).isEmpty();
            assertThat(second.map(Maps.ENDPOINTS.name()).dump()).isEmpty();
            assertThat(linux.inNamespace(
                            netns, () -> new Attachments(linux.bpf(), second).reconcile(Set.of(from), true)))
                    .isEmpty();
        }
        assertThat(attached(from)).extracting(Attached::programId).hasSize(1).doesNotContain(before);
        assertThat(attached(to)).isEmpty();
        assertThat(pins.list(ours.resolve("links"))).containsExactly(pod.index() + "-ingress");
        assertThat(pins.list(ours.resolve(Layouts.fingerprint()).resolve("generations")))
                .containsExactly("2");

        net.deleteLink(pod.index());
        try (Generation third = load()) {
            assertThat(linux.inNamespace(netns, () -> new Attachments(linux.bpf(), third).reconcile(Set.of(), true)))
                    .isEmpty();
        }
        assertThat(pins.list(ours.resolve("links"))).isEmpty();
    }

    @Test
    void a_start_with_equal_parts_goes_on_with_the_programs_that_run() {
        ProgramAt from = ProgramAt.tc(pod.index(), Direction.INGRESS, "from_pod");
        assertThat(Generation.resume(linux.bpf(), pins, bpffs, blueprint(Config.ZERO)))
                .isEmpty();
        try (Generation first = load()) {
            assertThat(linux.inNamespace(
                            netns, () -> new Attachments(linux.bpf(), first).reconcile(Set.of(from), true)))
                    .isEmpty();
        }
        Attached running = attached(from).getFirst();

        try (Generation second = Generation.resume(linux.bpf(), pins, bpffs, blueprint(Config.ZERO))
                .orElseThrow()) {
            assertThat(second.number()).isEqualTo(1);
            assertThat(second.program("from_pod").id()).isEqualTo(running.programId());
            assertThat(second.program("from_pod").mapIds())
                    .contains(second.map(Maps.ENDPOINTS.name()).id());
            assertThat(linux.inNamespace(
                            netns, () -> new Attachments(linux.bpf(), second).reconcile(Set.of(from), true)))
                    .isEmpty();
        }
        assertThat(attached(from)).containsExactly(running);
        assertThat(Generation.resume(linux.bpf(), pins, bpffs, blueprint(Config.ZERO.withIpv4(true))))
                .isEmpty();
        Path layout = bpffs.resolve("stentor").resolve(Layouts.fingerprint());
        pins.remove(layout.resolve("maps/endpoints"));
        assertThat(Generation.resume(linux.bpf(), pins, bpffs, blueprint(Config.ZERO)))
                .isEmpty();
    }

    @Test
    void a_program_whose_pin_has_become_another_thing_is_loaded_anew() {
        load().close();
        Path programs = bpffs.resolve("stentor").resolve(Layouts.fingerprint()).resolve("generations/1/programs");
        pins.remove(programs.resolve("from_pod"));
        try (BpfMap other = linux.bpf().createMap(MapSpec.of("other", MapType.ARRAY, 4, 4, 1))) {
            other.pin(programs.resolve("from_pod"));
        }
        assertThat(Generation.resume(linux.bpf(), pins, bpffs, blueprint(Config.ZERO)))
                .isEmpty();
        try (Generation second = load()) {
            assertThat(second.number()).isEqualTo(2);
        }
    }
}
