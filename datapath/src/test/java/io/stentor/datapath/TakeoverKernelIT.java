package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.BpfObjects;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Layouts;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.datapath.OtherBuild.Change;
import io.stentor.datapath.attach.Blueprint;
import io.stentor.datapath.attach.Bpffs;
import io.stentor.datapath.attach.Generation;
import io.stentor.datapath.attach.Takeover;
import io.stentor.datapath.sync.ByteString;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real programs of two layouts, one after the other on the real kernel: packets are run through those of the one
/// that comes, in each of its times.
class TakeoverKernelIT {
    private static final int REDIRECT = 7;
    private static final int STACK = 0;
    private static final Map<Integer, String> PLACES =
            Map.of(ObservationPoint.FROM_ENDPOINT.code(), "from_pod", ObservationPoint.FROM_NETWORK.code(), "from_net");

    private static final List<Change> CHANGES = List.of(
            new Change("maps/conntrack.h", "struct ct_entry {\n", "struct ct_entry {\n\t__u64 begun;\n"),
            new Change("maps/conntrack.h", "(struct ct_entry, 48)", "(struct ct_entry, 56)"),
            new Change("maps/conntrack.h", "\t__u16 scope", "\t__u16 range"),
            new Change("lib/conntrack.h", "key->scope", "key->range"),
            new Change("lib/service.h", "key->scope", "key->range"),
            new Change("lib/established.h", "key->scope", "key->range"),
            new Change("maps/nat.h", "\t__be16 port DOC(\"the pod's own\");\n\t__u16 pad0;\n\t__u32 pad1;\n", ""),
            new Change(
                    "maps/nat.h",
                    "struct nat_entry {\n",
                    "struct nat_entry {\n\t__be16 port;\n\t__u16 pad0;\n\t__u32 zone;\n"));

    private final Linux linux = Linux.open();
    private final Bpffs pins = new Bpffs();
    private Path directory;
    private Path bpffs;
    private TestNode node;
    private Config config;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createTempDirectory("stentor-takeover");
        bpffs = directory.resolve("bpf");
        linux.mounts().ensureBpffs(bpffs);
        node = new TestNode(linux);
        config = node.world().config(Map.of("drop_events_per_second", "0"));
    }

    @AfterEach
    void close() throws IOException {
        node.close();
        linux.mounts().unmount(bpffs);
        Files.delete(bpffs);
        Files.delete(directory);
        linux.close();
    }

    private Blueprint blueprint(Config with) {
        return new Blueprint(
                Description.parse(Layouts.description()),
                Maps.ALL,
                LoadedPrograms.OBJECTS.stream()
                        .map(name -> Blueprint.ObjectFile.of(name, BpfObjects.load(name)))
                        .toList(),
                Map.of(".rodata.config", with.encode()),
                Map.of());
    }

    private Generation load(Blueprint blueprint) {
        return Generation.load(linux.bpf(), pins, bpffs, blueprint);
    }

    private Takeover prepare(Description layout) {
        return Takeover.prepare(linux.bpf(), pins, bpffs, layout);
    }

    private int verdict(Generation programs, String program, String link, String packet) {
        byte[] bytes = new PacketBuilder(node.world()).build(packet);
        return node.run(programs.program(program), link, 0, bytes).value();
    }

    private int out(Generation programs, int port, String flags) {
        return verdict(
                programs,
                "from_pod",
                "db",
                "eth(db, gateway)/ipv4(db, outside)/tcp(%d, 443, flags=%s)".formatted(port, flags));
    }

    private int in(Generation programs, int port, String flags) {
        return verdict(
                programs,
                "from_net",
                "eth0",
                "eth(router, a)/ipv4(outside, a)/tcp(443, %d, flags=%s)".formatted(port, flags));
    }

    private void connect(Generation programs, int port) {
        assertThat(out(programs, port, "S")).isEqualTo(REDIRECT);
        assertThat(in(programs, port, "SA")).isEqualTo(REDIRECT);
        assertThat(out(programs, port, "A")).isEqualTo(REDIRECT);
    }

    private static Map<String, String> content(Generation programs, String map) {
        Map<String, String> all = new TreeMap<>();
        for (BpfMap.Entry entry : programs.map(map).dump()) {
            all.put(
                    ByteString.wrap(entry.key()).toString(),
                    ByteString.wrap(entry.value()).toString());
        }
        return all;
    }

    private static int entries(Generation programs, String map) {
        return programs.map(map).keys().size();
    }

    @Test
    void programs_relay_then_ask_then_stand_alone_and_tables_go_there_and_back() throws Exception {
        OtherBuild other = OtherBuild.of(folder, CHANGES);
        assertThat(other.layout().fingerprint()).isNotEqualTo(Layouts.fingerprint());
        Generation before = load(blueprint(config));
        prepare(Description.parse(Layouts.description())).begin(before);
        node.world()
                .images(Optional.of(Family.IPV4))
                .forEach(image -> image.entries()
                        .forEach(
                                (key, value) -> before.map(image.map().name()).update(key.toArray(), value.toArray())));
        connect(before, 40001);

        Takeover there = prepare(other.layout());
        assertThat(there.isPending()).isTrue();
        Generation relaying = load(other.blueprint(config.withSucceeds(true)));
        there.succeed(relaying, PLACES);
        connect(relaying, 40002);
        assertThat(entries(before, "ct_answered")).isEqualTo(2);
        assertThat(entries(relaying, "ct_answered")).isZero();

        there.run(relaying);
        assertThat(there.problems()).isEmpty();
        assertThat(entries(relaying, "ct_answered")).isEqualTo(2);
        assertThat(entries(relaying, "nat")).isEqualTo(2);
        // as if it had begun in the instant between the copy and the number
        connect(before, 40003);
        assertThat(in(relaying, 40003, "A")).isEqualTo(REDIRECT);
        assertThat(out(relaying, 40003, "A")).isEqualTo(REDIRECT);
        assertThat(entries(relaying, "ct_answered")).isEqualTo(2);
        connect(relaying, 40004);
        assertThat(entries(relaying, "ct_answered")).isEqualTo(3);
        assertThat(entries(before, "ct_answered")).isEqualTo(3);

        Generation alone = load(other.blueprint(config));
        there.done(relaying);
        for (int port : List.of(40001, 40002, 40004)) {
            assertThat(in(alone, port, "A")).as("port " + port).isEqualTo(REDIRECT);
        }
        assertThat(in(relaying, 40003, "A")).isEqualTo(STACK);
        Map<String, String> carried = content(alone, "ct_accounts");

        Takeover back = prepare(Description.parse(Layouts.description()));
        assertThat(back.isPending()).isTrue();
        Generation again = load(blueprint(config.withSucceeds(true)));
        back.succeed(again, PLACES);
        back.run(again);
        back.done(again);
        assertThat(back.problems()).isEmpty();
        assertThat(content(again, "ct_accounts")).isEqualTo(carried);
        assertThat(content(again, "addresses")).isEqualTo(content(before, "addresses"));
        for (int port : List.of(40001, 40002, 40004)) {
            assertThat(in(again, port, "A")).as("port " + port).isEqualTo(REDIRECT);
            assertThat(out(again, port, "A")).as("port " + port).isEqualTo(REDIRECT);
        }
        List.of(before, relaying, alone, again).forEach(Generation::close);
    }
}
