package io.stentor.kube;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// Ends answers that have stopped coming.
///
/// The client's time limit is for the head of an answer, and a watch has none at all. Where a server dies without a
/// word, or something in between forgets a connection, whoever reads the rest would wait for good: nothing more would
/// be heard of the cluster, or be written to it.
final class Silence implements Interceptor {

    /// Servers say something on every watch about once a minute, a bookmark when there is no news. One that never does
    /// is asked anew that often.
    private static final Duration OF_WATCHES = Duration.ofSeconds(150);

    private final Duration ofAnswers;
    private final Duration ofWatches;
    private final Reachability reachability;

    /// @param ofAnswers how long to wait for the next part of an answer
    Silence(Duration ofAnswers, Reachability reachability) {
        this(ofAnswers, OF_WATCHES, reachability);
    }

    Silence(Duration ofAnswers, Duration ofWatches, Reachability reachability) {
        this.ofAnswers = ofAnswers;
        this.ofWatches = ofWatches;
        this.reachability = reachability;
    }

    private static boolean isWatch(HttpRequest request) {
        String query = request.uri().getQuery();
        return query != null && List.of(query.split("&", -1)).contains("watch=true");
    }

    /// The head of a watch's answer comes as soon as any other's, and this limit ends with it (in JDK 25's client).
    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (isWatch(request) && builder instanceof HttpRequest.Builder watch) {
            watch.timeout(ofAnswers.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public AsyncBody.Consumer<List<ByteBuffer>> consumer(
            AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
        return new Heard(consumer);
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        Heard heard = consumer.unwrap(Heard.class);
        if (heard != null && response.body() instanceof AsyncBody body) {
            heard.now();
            listen(request, body, heard, isWatch(request) ? ofWatches : ofAnswers);
        }
    }

    private void listen(HttpRequest request, AsyncBody body, Heard heard, Duration limit) {
        long left = limit.toNanos() - heard.ago();
        Executor then = CompletableFuture.delayedExecutor(left, TimeUnit.NANOSECONDS);
        var _ = CompletableFuture.runAsync(
                () -> {
                    if (body.done().isDone()) {
                        return;
                    }
                    if (heard.ago() < limit.toNanos()) {
                        listen(request, body, heard, limit);
                        return;
                    }
                    var silent = new HttpTimeoutException("nothing has come for " + limit.toSeconds() + " s");
                    reachability.afterConnectionFailure(request, silent);
                    body.done().completeExceptionally(silent);
                    body.cancel();
                },
                then);
    }

    /// When the last part of an answer came.
    private static final class Heard implements AsyncBody.Consumer<List<ByteBuffer>> {
        private final AsyncBody.Consumer<List<ByteBuffer>> reader;
        private volatile long last = System.nanoTime();

        Heard(AsyncBody.Consumer<List<ByteBuffer>> reader) {
            this.reader = reader;
        }

        void now() {
            last = System.nanoTime();
        }

        long ago() {
            return System.nanoTime() - last;
        }

        @Override
        public void consume(List<ByteBuffer> part, AsyncBody body) throws Exception {
            now();
            reader.consume(part, body);
        }

        @Override
        public <U> U unwrap(Class<U> target) {
            return target.isInstance(this) ? target.cast(this) : reader.unwrap(target);
        }
    }
}
