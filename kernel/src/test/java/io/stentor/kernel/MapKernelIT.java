package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class MapKernelIT extends MapContract {
    @RegisterExtension
    static final Bench BENCH = new Bench();

    private final Bpf bpf = BENCH.linux().bpf();

    @Override
    Bpf bpf() {
        return bpf;
    }

    @Test
    void a_pin_outlives_the_map_object_and_guards_its_layout(@TempDir Path directory) {
        assertThat(BENCH.linux().mounts().isBpffs(directory)).isFalse();
        assertThat(BENCH.linux().mounts().ensureBpffs(directory)).isTrue();
        BENCH.closing(() -> BENCH.linux().mounts().unmount(directory));
        assertThat(BENCH.linux().mounts().ensureBpffs(directory)).isFalse();
        Path pin = directory.resolve("sample");
        MapSpec spec = MapSpec.of("sample", MapType.LPM_TRIE, 8, 12, 10);
        assertThat(bpf.openPinnedMap(pin)).isEmpty();
        try (BpfMap made = bpf.openOrCreate(pin, spec)) {
            made.update(prefix(8, 0x0a000000), value(8));
            assertThatThrownBy(() -> made.pin(pin)).hasMessageContaining("EEXIST");
        }

        try (BpfMap again = bpf.openOrCreate(pin, spec)) {
            assertThat(again.lookup(prefix(8, 0x0a000000))).contains(value(8));
        }
        assertThatThrownBy(() -> bpf.openOrCreate(pin, spec.withMaxEntries(11)))
                .isInstanceOf(MapMismatch.class)
                .hasMessageContaining("entries 11")
                .hasMessageContaining("entries 10");
        assertThatThrownBy(() -> bpf.openPinnedProgram(pin)).hasMessageContaining("a bpf-map, no bpf-prog");
    }
}
