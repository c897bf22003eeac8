package io.stentor.datapath.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapType;
import io.stentor.model.Applied;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SyncLoopTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final IpAddress NODE = IpAddress.of("192.0.2.1");

    private final Store store = new Store(State.awaiting(Set.of(Source.PODS)));
    private final Applied applied = new Applied();
    private final MemoryMap map = new MemoryMap("pods", MapType.HASH, 10);
    private final AtomicInteger compiled = new AtomicInteger();
    private final Semaphore mayCompile = new Semaphore(0);
    private final SyncLoop loop =
            new SyncLoop(store, this::compile, new DatapathSync(Map.of("pods", map)), state -> List.of(), applied);

    /// The last byte of each pod's address to its identity; 13 is a number that the compiler fails on.
    private List<MapImage<?, ?>> compile(State state) {
        mayCompile.acquireUninterruptibly();
        compiled.incrementAndGet();
        Map<Integer, Integer> image = new HashMap<>();
        state.pods().forEach((address, pod) -> image.put((int) address.low() & 0xff, pod.identity()));
        if (image.containsKey(13)) {
            throw new IllegalStateException("thirteen");
        }
        return List.of(map.image(image));
    }

    private long pod(int number, int identity) {
        IpAddress address = IpAddress.of("10.0.0." + number);
        return store.commit(state -> state.with(Table.PODS, new RemotePod(address, identity, NODE)));
    }

    @AfterEach
    void end() {
        mayCompile.release(1000);
        loop.close();
    }

    @Test
    void a_slow_stage_takes_the_newest_state_and_passes_over_those_between() throws Exception {
        loop.start();
        mayCompile.release();
        assertThat(applied.await(0, LONG)).isTrue();
        long last = 0;
        for (int i = 1; i <= 5; i++) {
            last = pod(i, i);
        }
        mayCompile.release(2);
        assertThat(applied.await(last, LONG)).isTrue();
        assertThat(compiled.get()).isLessThanOrEqualTo(3);
        assertThat(map.content).hasSize(5);
    }

    @Test
    void nothing_goes_before_the_sources_are_synced() throws Exception {
        map.content.put(200, 7);
        mayCompile.release(1000);
        loop.start();
        assertThat(applied.await(pod(1, 1), LONG)).isTrue();
        assertThat(map.content).containsOnlyKeys(1, 200);
        assertThat(applied.await(store.commit(state -> state.withSynced(Source.PODS)), LONG))
                .isTrue();
        assertThat(map.content).containsOnlyKeys(1);
    }

    @Test
    void a_state_that_cannot_be_compiled_is_a_problem_and_the_next_one_counts() throws Exception {
        mayCompile.release(1000);
        loop.start();
        long good = pod(1, 1);
        assertThat(applied.await(good, LONG)).isTrue();
        long bad = pod(13, 1);
        while (applied.latest().problems().isEmpty()) {
            Thread.sleep(1);
        }
        assertThat(applied.latest())
                .isEqualTo(new Applied.Report(
                        good,
                        List.of(new Problem(
                                "datapath",
                                "",
                                "revision " + bad + " was not applied: java.lang.IllegalStateException: thirteen"))));
        long better = store.commit(state -> state.without(Table.PODS, IpAddress.of("10.0.0.13")));
        assertThat(applied.await(better, LONG)).isTrue();
        assertThat(applied.latest().problems()).isEmpty();
    }

    @Test
    void a_resync_puts_right_what_others_changed() throws Exception {
        mayCompile.release(1000);
        loop.start();
        assertThat(applied.await(pod(1, 1), LONG)).isTrue();
        map.content.clear();
        loop.resync();
        assertThat(map.content).isEqualTo(Map.of(1, 1));
    }
}
