package io.stentor.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Objects run on kernel 5.10, the floor.
class FloorTest {
    @Test
    void no_object_needs_more_than_the_floor_unguarded() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Map.Entry<String, byte[]> object :
                LayoutTest.objects(Path.of("target/classes/io/stentor/bpf")).entrySet()) {
            Floor.check(object.getValue(), guarded()).forEach(f -> findings.add(object.getKey() + ": " + f));
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void an_unguarded_helper_is_found_and_a_guarded_one_is_let_pass() throws IOException {
        byte[] sample = Files.readAllBytes(Path.of("target/test-classes/io/stentor/bpf/sample.bpf.o"));

        assertThat(Floor.check(sample, Map.of()))
                .containsExactly("tail calls helper 163: 5.12; guard it and name it in guarded-helpers.txt");
        assertThat(Floor.check(sample, Map.of(163, "has_check_mtu"))).isEmpty();
        assertThat(Floor.check(sample, Map.of(163, "has_nothing")))
                .containsExactly("tail calls helper 163 without config.has_nothing");
    }

    @Test
    void what_clang_makes_of_newer_constructs_is_found() {
        assertThat(Floor.check(Clang.compile("""
                __u32 seen;
                struct thing { int a; };
                __attribute__((noinline)) int global(struct thing *thing) { return thing->a; }
                static int each(__u32 index, void *context) { return index > 3; }
                SEC("tc") int entry(struct __sk_buff *skb)
                {
                        struct thing thing = {skb->len};
                        bpf_loop(10, each, &thing, 0);
                        return __sync_fetch_and_or(&seen, 4) + global(&thing);
                }
                """), Map.of()))
                .containsExactlyInAnyOrder(
                        "entry calls helper 181: 5.17; guard it and name it in guarded-helpers.txt",
                        "entry passes a function as callback: 5.13",
                        "entry uses an atomic operation other than add: 5.12",
                        "global is a global function that takes a pointer: 5.12; make it static");
    }

    /// Helper numbers and fields from guarded-helpers.txt.
    private static Map<Integer, String> guarded() throws IOException {
        Map<Integer, String> guarded = new TreeMap<>();
        try (InputStream in = FloorTest.class.getResourceAsStream("guarded-helpers.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            text.lines().filter(l -> !l.startsWith("#") && !l.isBlank()).forEach(line -> {
                String[] words = line.strip().split("\\s+", 2);
                guarded.put(Integer.valueOf(words[0]), words[1]);
            });
        }
        return guarded;
    }
}
