package io.stentor.kube;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.concurrent.locks.LockSupport;

/// Spares the API server: a token bucket, whose caller waits for its token.
final class RequestRate implements Interceptor {

    private final long nanosPerRequest;
    private final long nanosOfBurst;
    private long free;

    RequestRate(int qps, int burst) {
        this.nanosPerRequest = 1_000_000_000L / qps;
        this.nanosOfBurst = nanosPerRequest * burst;
        this.free = System.nanoTime() - nanosOfBurst;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        long wait = reserve(System.nanoTime());
        if (wait > 0) {
            LockSupport.parkNanos(wait);
        }
    }

    /// Takes a token that is there at `now` or later.
    ///
    /// @return how long to wait for it, in nanoseconds; not positive: it is there
    synchronized long reserve(long now) {
        free = Math.max(free, now - nanosOfBurst) + nanosPerRequest;
        return free - now;
    }
}
