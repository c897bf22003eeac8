package io.stentor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class StoreTest {
    private final Store store = new Store(State.awaiting(EnumSet.of(Source.NODES, Source.ENDPOINTS)));

    private static UnaryOperator<State> node(String name) {
        return state -> state.with(Table.NODES, new Node(name, List.of(), List.of()));
    }

    @Test
    void a_change_is_published_before_its_commit_returns() {
        assertThat(store.commit(node("one"))).isEqualTo(1);
        assertThat(store.current().revision()).isEqualTo(1);
        assertThat(store.current().nodes().get("one")).isNotNull();
        assertThat(store.current().tables()).containsOnlyKeys(Table.NODES);
    }

    @Test
    void what_changes_nothing_makes_no_revision() {
        store.commit(node("one"));
        assertThat(store.commit(node("one"))).isEqualTo(1);
        assertThat(store.commit(state -> state.without(Table.NODES, "two"))).isEqualTo(1);
        assertThat(store.commit(state -> state.withSynced(Source.PODS))).isEqualTo(1);
        assertThat(store.commit(state -> state.withProblems(Source.NODES, "one", List.of())))
                .isEqualTo(1);
    }

    @Test
    void a_change_that_fails_changes_nothing_and_tells_its_own_caller() {
        assertThatThrownBy(() -> store.commit(state -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(store.current().revision()).isZero();
        assertThat(store.commit(node("one"))).isEqualTo(1);
    }

    @Test
    void changes_that_come_while_the_store_is_busy_share_a_revision() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(task -> {
            Thread thread = new Thread(task);
            threads.add(thread);
            return thread;
        })) {
            Future<Long> slow = executor.submit(() -> store.commit(state -> {
                started.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return node("slow").apply(state);
            }));
            started.await();
            List<Future<Long>> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                String name = "node " + i;
                others.add(executor.submit(() -> store.commit(node(name))));
            }
            for (Thread thread : threads.subList(1, 6)) {
                while (thread.getState() != Thread.State.WAITING) {
                    Thread.sleep(1);
                }
            }
            release.countDown();
            for (Future<Long> other : others) {
                assertThat(other.get()).isEqualTo(1);
            }
            assertThat(slow.get()).isEqualTo(1);
        }
        assertThat(store.current().revision()).isEqualTo(1);
        assertThat(store.current().nodes().size()).isEqualTo(6);
    }

    @Test
    void awaiting_a_newer_revision_returns_the_newest() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<State> awaited = executor.submit(() -> store.awaitAfter(1));
            store.commit(node("one"));
            store.commit(node("two"));
            assertThat(awaited.get().revision()).isEqualTo(2);
        }
        assertThat(store.awaitAfter(2, Duration.ofMillis(1)).revision()).isEqualTo(2);
    }

    @Test
    void a_state_is_synced_when_all_its_sources_are() {
        store.commit(state -> state.withSynced(Source.NODES));
        assertThat(store.current().synced()).isFalse();
        assertThat(store.current().awaited()).containsExactly(Source.ENDPOINTS);
        store.commit(state -> state.withSynced(Source.ENDPOINTS));
        assertThat(store.current().synced()).isTrue();
    }

    @Test
    void the_problems_of_an_object_replace_its_earlier_ones() {
        Problem first = new Problem("CiliumNode/one", "spec.addresses", "is empty");
        Problem second = new Problem("CiliumNode/two", "", "has the name of another");
        store.commit(state -> state.withProblems(Source.NODES, "one", List.of(first)));
        store.commit(state -> state.withProblems(Source.NODES, "two", List.of(second)));
        assertThat(store.current().problems()).containsExactly(first, second);
        store.commit(state -> state.withProblems(Source.NODES, "one", List.of()));
        assertThat(store.current().problems()).containsExactly(second);
    }

    @Test
    void what_was_applied_is_awaited_by_revision() throws Exception {
        Applied applied = new Applied();
        Problem full = new Problem("map/endpoints", "", "is full");
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> ready = executor.submit(() -> applied.await(3, Duration.ofMinutes(1)));
            applied.report(1, List.of());
            applied.report(4, List.of(full));
            assertThat(ready.get()).isTrue();
        }
        assertThat(applied.latest()).isEqualTo(new Applied.Report(4, List.of(full)));
        assertThat(applied.await(5, Duration.ofMillis(1))).isFalse();
    }
}
