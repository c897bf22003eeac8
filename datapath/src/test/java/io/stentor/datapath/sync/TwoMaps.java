package io.stentor.datapath.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The maps `backends` and `services`, whose values are keys of `backends`, and what they go through.
final class TwoMaps {
    /// Consistent content of both maps: each service's backend is there.
    record Content(Map<Integer, Integer> backends, Map<Integer, Integer> services) {

        static Content of(Map<Integer, Integer> backends, Map<Integer, Integer> services) {
            Map<Integer, Integer> pointing = new HashMap<>(services);
            pointing.values().retainAll(backends.keySet());
            return new Content(backends, pointing);
        }
    }

    final MemoryMap backends;
    final MemoryMap services;
    DatapathSync sync;

    TwoMaps(MapType type, int room) {
        backends = new MemoryMap("backends", type, room);
        services = new MemoryMap("services", type, room);
        sync = restarted();
    }

    DatapathSync restarted() {
        sync = new DatapathSync(Map.of("backends", backends, "services", services));
        return sync;
    }

    void hold(Content content) {
        backends.content.putAll(content.backends);
        services.content.putAll(content.services);
    }

    DatapathSync.Outcome to(Content content, boolean complete, long now) {
        return sync.sync(
                List.of(backends.image(content.backends), services.image(content.services)), complete, List::of, now);
    }

    void assertWhole() {
        assertThat(nonZero(services).values()).allMatch(nonZero(backends)::containsKey);
    }

    void assertIs(Content content) {
        assertThat(nonZero(backends)).isEqualTo(content.backends);
        assertThat(nonZero(services)).isEqualTo(content.services);
        assertThat(sync.differences()).isEmpty();
    }

    static Map<Integer, Integer> nonZero(MemoryMap map) {
        Map<Integer, Integer> content = new HashMap<>(map.content);
        content.values().removeIf(v -> v == 0);
        return content;
    }

    /// @param left writes until the agent is killed; negative for never
    void watch(int left) {
        int[] writes = {left};
        Runnable step = () -> {
            assertWhole();
            if (writes[0]-- == 0) {
                throw new MemoryMap.Killed();
            }
        };
        backends.watch = step;
        services.watch = step;
    }
}
