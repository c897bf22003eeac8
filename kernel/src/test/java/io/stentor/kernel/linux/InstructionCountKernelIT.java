package io.stentor.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.Sample;
import io.stentor.kernel.VerifierRejected;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.ObjectSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Kernels before 5.16 tell the count only in the log; this one tells it both ways.
class InstructionCountKernelIT {

    @Test
    void the_log_and_the_kernel_count_the_same() {
        try (var object = new ElfObject("sample", Sample.object("sample"))) {
            object.countInstructions();
            object.load();
            Map<String, Integer> counts = LibBpfLog.takeInstructions();
            assertThat(counts).containsOnlyKeys(object.programs().keySet());
            for (String name : counts.keySet()) {
                try (BpfProgram program = LinuxProgram.of(object.program(name), name)) {
                    assertThat(counts).containsEntry(name, program.verifiedInstructions());
                }
            }
        }
    }

    @Test
    void counting_hides_no_reason_of_a_rejection() {
        ObjectSpec rejected = ObjectSpec.of("rejected", Sample.object("rejected"));
        try (BpfObject object = ObjectLoader.load(ObjectSpec.of("sample", Sample.object("sample")), true)) {
            assertThat(object.program("verdict").verifiedInstructions()).isPositive();
        }

        assertThatThrownBy(() -> ObjectLoader.load(rejected, true))
                .isInstanceOf(VerifierRejected.class)
                .hasMessageContaining("invalid access to packet");
    }
}
