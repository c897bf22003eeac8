package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.ProgramType;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.kernel.bpf.TestRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgramKernelIT {
    @RegisterExtension
    static final Bench BENCH = new Bench();

    private static final ObjectSpec SAMPLE = ObjectSpec.of("sample", Sample.object("sample"));
    /// Where `mark` lies in `struct __sk_buff`.
    private static final int MARK = 8;

    private final Bpf bpf = BENCH.linux().bpf();

    private BpfObject load(ObjectSpec spec) {
        return BENCH.closing(bpf.load(spec));
    }

    @Test
    void an_object_is_loaded_with_its_configuration_and_runs() {
        BpfObject object = load(SAMPLE.withReadOnlyData(".rodata.config", ints(2, 0x53)));
        BpfProgram verdict = object.program("verdict");

        assertThat(object.programs()).containsOnlyKeys("verdict", "jump", "report", "xdp_drop", "refuse");
        assertThat(object.maps()).containsOnlyKeys("lengths", "ring", "calls", ".rodata.config");
        assertThat(verdict.type()).isEqualTo(ProgramType.SCHED_CLS);
        assertThat(object.program("refuse").type()).isEqualTo(ProgramType.CGROUP_SOCK_ADDR);
        assertThat(verdict.verifiedInstructions()).isBetween(5, 500);

        byte[] packet = packet(64);
        TestResult result =
                verdict.testRun(TestRun.of(packet).withContext(new byte[192]).repeated(3));

        assertThat(result.value()).isEqualTo(2);
        assertThat(result.packet()).isEqualTo(packet);
        assertThat(ByteBuffer.wrap(result.context())
                        .order(ByteOrder.nativeOrder())
                        .getInt(MARK))
                .isEqualTo(0x53);
        assertThat(object.map("lengths").lookup(ints(64)))
                .contains(ByteBuffer.allocate(8)
                        .order(ByteOrder.nativeOrder())
                        .putLong(3)
                        .array());
        assertThat(object.program("xdp_drop").testRun(TestRun.of(packet)).value())
                .isEqualTo(1);
        assertThatThrownBy(() -> object.program("refuse").testRun(TestRun.of(packet)))
                .hasMessageContaining("ENOTSUPP");
    }

    @Test
    void programs_may_be_left_out_and_maps_replaced_or_resized() {
        BpfMap lengths = BENCH.closing(bpf.createMap(MapSpec.of("kept", MapType.HASH, 4, 8, 32)));
        BpfObject object = load(SAMPLE.withMaxEntries("lengths", 32)
                .reusing("lengths", lengths)
                .skipping("jump")
                .skipping("refuse"));

        object.program("verdict").testRun(TestRun.of(packet(100)));

        assertThat(object.programs()).containsOnlyKeys("verdict", "report", "xdp_drop");
        assertThat(lengths.lookup(ints(100))).isPresent();
        assertThat(object.map("lengths").id()).isEqualTo(lengths.id());
        assertThatThrownBy(() -> object.program("jump")).hasMessageContaining("no program jump among");
        assertThatThrownBy(() -> bpf.load(SAMPLE.reusing("lengths", lengths)))
                .isInstanceOf(MapMismatch.class)
                .hasMessageContaining("sample/lengths")
                .hasMessageContaining("entries 16")
                .hasMessageContaining("entries 32");
        assertThatThrownBy(() -> bpf.load(SAMPLE.withReadOnlyData(".rodata.config", new byte[9])))
                .hasMessageContaining("has 8 bytes, not 9");
        assertThatThrownBy(() -> bpf.load(SAMPLE.withMaxEntries("nothing", 9)))
                .hasMessageContaining("sample has no nothing among");
    }

    @Test
    void tail_calls_follow_the_prog_array() {
        BpfObject object = load(SAMPLE.withReadOnlyData(".rodata.config", ints(7, 0)));
        BpfProgram jump = object.program("jump");
        assertThat(jump.testRun(TestRun.of(packet(64))).value()).isEqualTo(99);

        object.map("calls").put(0, object.program("verdict"));

        assertThat(jump.testRun(TestRun.of(packet(64))).value()).isEqualTo(7);
        assertThat(object.map("calls").dump())
                .singleElement()
                .satisfies(entry -> assertThat(entry.value())
                        .isEqualTo(BpfMap.index(object.program("verdict").id())));
        assertThat(object.map("calls").delete(BpfMap.index(0))).isTrue();
        assertThat(jump.testRun(TestRun.of(packet(64))).value()).isEqualTo(99);
    }

    @Test
    void the_ring_gives_what_was_submitted_in_order_round_and_round() {
        BpfObject object = load(SAMPLE);
        BpfProgram report = object.program("report");
        List<Integer> lengths = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        try (RingBuffer ring = bpf.ringBuffer(object.map("ring"))) {
            // 4096 bytes hold 170 records of 12 + 8, so that these go round several times
            for (int i = 0; i < 1000; i++) {
                int length = 60 + i % 900;
                report.testRun(TestRun.of(packet(length)));
                if (length % 2 == 0) {
                    expected.add(length);
                }
                if (i % 100 == 99) {
                    assertThat(ring.waiting()).isEqualTo(100 * 24);
                    assertThat(ring.drain(record -> {
                                ByteBuffer bytes = record.asByteBuffer().order(ByteOrder.nativeOrder());
                                assertThat(bytes.limit()).isEqualTo(12);
                                assertThat(bytes.getInt(8)).isEqualTo(0x53544e52);
                                lengths.add(bytes.getInt(0));
                            }))
                            .isEqualTo(50);
                }
            }
            assertThat(ring.waiting()).isZero();
            assertThat(ring.drain(_ -> {})).isZero();
        }
        assertThat(lengths).isEqualTo(expected);
    }

    @Test
    void what_is_submitted_while_the_ring_is_read_waits_for_the_next_time() {
        BpfObject object = load(SAMPLE);
        BpfProgram report = object.program("report");
        try (RingBuffer ring = bpf.ringBuffer(object.map("ring"))) {
            assertThat(ring.peek()).isEmpty();
            report.testRun(TestRun.of(packet(60)));

            assertThat(ring.drain(_ -> report.testRun(TestRun.of(packet(62))))).isEqualTo(1);
            assertThat(ring.peek()).isEmpty();
            assertThat(ring.waiting()).isEqualTo(24);
            assertThat(ring.drain(_ -> {})).isEqualTo(1);
        }
    }

    @Test
    void a_rejection_names_the_program_and_shows_why() {
        ObjectSpec rejected = ObjectSpec.of("rejected", Sample.object("rejected"));

        VerifierRejected failure = catchThrowableOfType(VerifierRejected.class, () -> bpf.load(rejected));

        assertThat(failure.program()).isEqualTo("rejected/reckless");
        assertThat(failure.errno()).isEqualTo(Errno.EACCES);
        assertThat(failure.getMessage()).contains("invalid access to packet");
        assertThat(failure.log()).contains("R1");
        assertThatThrownBy(() -> bpf.load(ObjectSpec.of("noise", new byte[100])))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("bpf_object__open_mem noise");
    }

    @Test
    void a_program_is_found_again_by_its_pin(@TempDir Path directory) {
        BENCH.linux().mounts().ensureBpffs(directory);
        BENCH.closing(() -> BENCH.linux().mounts().unmount(directory));
        BpfProgram verdict = load(SAMPLE).program("verdict");
        verdict.pin(directory.resolve("verdict"));

        try (BpfProgram again =
                bpf.openPinnedProgram(directory.resolve("verdict")).orElseThrow()) {
            assertThat(again.id()).isEqualTo(verdict.id());
            assertThat(again.name()).isEqualTo("verdict");
        }
        assertThat(bpf.openPinnedProgram(directory.resolve("other"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void features_are_found_by_trying(Feature feature) {
        // a version that has it has it; an older one may have it carried back
        boolean expected = feature.since().startsWith("CONFIG_") || hasByVersion(feature);

        assertThat(bpf.has(feature) || !expected)
                .as("%s since %s", feature, feature.since())
                .isTrue();
    }

    private static boolean hasByVersion(Feature feature) {
        KernelVersion since = KernelVersion.of(feature.since());
        return BENCH.linux().version().compareTo(since) >= 0;
    }

    private static byte[] packet(int length) {
        byte[] packet = new byte[length];
        packet[12] = 8;
        packet[14] = 0x45;
        return packet;
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }
}
