package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.utils.ExponentialBackoffIntervalCalculator;
import java.time.Duration;
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

    @Test
    void after_hours_of_failures_no_pause_is_longer_than_half_a_minute() {
        for (int count = 1; count <= 10_000; count++) {
            assertThat(Retrying.pause(count)).isBetween(Duration.ofMillis(250), Duration.ofSeconds(30));
        }
        assertThat(Retrying.pause(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
        Config config = Config.empty();
        try (KubeClient _ = KubeClient.open(config, new RequestRate(1, 1))) {
            // As informers and watches do it, by this configuration.
            var pauses = new ExponentialBackoffIntervalCalculator(
                    config.getWatchReconnectInterval(), config.getWatchReconnectLimit());
            for (int count = 1; count <= 10_000; count++) {
                assertThat(pauses.shouldRetry()).isTrue();
                assertThat(pauses.nextReconnectInterval()).isBetween(500L, 16_000L);
            }
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
