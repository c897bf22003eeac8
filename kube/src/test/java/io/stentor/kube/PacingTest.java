package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PacingTest {

    @Test
    void requests_come_at_their_rate_after_a_burst() {
        RequestRate rate = new RequestRate(10, 3);
        long now = System.nanoTime();
        assertThat(rate.reserve(now)).isNotPositive();
        assertThat(rate.reserve(now)).isNotPositive();
        assertThat(rate.reserve(now)).isNotPositive();
        assertThat(rate.reserve(now)).isBetween(1L, 100_000_000L);
        assertThat(rate.reserve(now)).isBetween(100_000_001L, 200_000_000L);
        long rested = now + 10_000_000_000L;
        assertThat(rate.reserve(rested)).isNotPositive();
        assertThat(rate.reserve(rested)).isNotPositive();
        assertThat(rate.reserve(rested)).isNotPositive();
        assertThat(rate.reserve(rested)).isPositive();
    }

    @Test
    void what_fails_is_tried_again_and_does_not_hold_up_the_rest() throws Exception {
        List<String> done = new CopyOnWriteArrayList<>();
        CountDownLatch both = new CountDownLatch(2);
        int[] failures = {2};
        try (Retrying work = new Retrying("test", name -> {
            if (name.equals("hard") && failures[0]-- > 0) {
                throw new IllegalStateException("not yet");
            }
            done.add(name);
            both.countDown();
        })) {
            work.due("hard");
            work.due("easy");
            both.await();
            assertThat(done).containsExactly("easy", "hard");
        }
    }

    @Test
    void what_is_due_many_times_while_it_waits_is_done_once() throws Exception {
        List<String> done = new CopyOnWriteArrayList<>();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch last = new CountDownLatch(1);
        try (Retrying work = new Retrying("test", name -> {
            done.add(name);
            switch (name) {
                case "first" -> awaitQuietly(busy);
                case "last" -> last.countDown();
                default -> {}
            }
        })) {
            work.due("first");
            ApiServer.await(() -> done.contains("first"));
            work.due("again");
            work.due("again");
            work.due("again");
            work.due("last");
            busy.countDown();
            last.await();
            assertThat(done).containsExactly("first", "again", "last");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
