package io.stentor.kube;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Requests to the API server in its own words, for those who speak JSON themselves; over the connection, with the
/// credentials and the trust of a [KubeClient].
public final class RawApi {

    private static final long PATIENCE_SECONDS = 30;

    private final HttpClient http;
    private final String server;

    /// @param server without a slash at its end
    RawApi(HttpClient http, String server) {
        this.http = http;
        this.server = server;
    }

    /// @param body as it came; an object, or a Status that says why not
    public record Answer(int status, String body) {}

    /// Asks, and waits for the answer, whatever its status is.
    ///
    /// @param path  with the query: `/api/v1/nodes?limit=1`
    /// @param media type of the body
    /// @param body  "" for none
    /// @throws IOException when there is no answer
    public Answer send(String method, String path, String media, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                http.newHttpRequestBuilder().uri(server + path).timeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        request.setHeader("Accept", "application/json");
        if (body.isEmpty()) {
            request.method(method, null, (String) null);
        } else {
            request.method(method, media, body);
        }
        HttpResponse<String> answer = await(http.sendAsync(request.build(), String.class));
        return new Answer(answer.code(), answer.body() == null ? "" : answer.body());
    }

    private static <T> T await(CompletableFuture<T> answer) throws IOException, InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException failed) {
            throw new IOException(Failure.reason(failed.getCause()), failed.getCause());
        }
    }

    /// Opens a watch.
    ///
    /// @throws IOException when there is no answer, or none that is a stream of changes
    public Lines watch(String path) throws IOException, InterruptedException {
        Lines lines = new Lines();
        HttpRequest.Builder request = http.newHttpRequestBuilder().uri(server + path);
        request.setHeader("Accept", "application/json");
        var answer = await(http.consumeBytes(request.forStreaming().build(), (bytes, more) -> {
            lines.take(bytes);
            more.consume();
        }));
        lines.follow(answer.body());
        if (!answer.isSuccessful()) {
            lines.close();
            throw new IOException("the API server answers " + answer.code() + " to a watch of " + path);
        }
        answer.body().consume();
        return lines;
    }

    /// Whole lines of an answer that goes on.
    public static final class Lines implements AutoCloseable {

        private static final String END = new String("end");

        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
        private volatile Runnable cancel = () -> {};
        private volatile CompletableFuture<?> ended = new CompletableFuture<>();

        private Lines() {}

        private void follow(AsyncBody body) {
            cancel = body::cancel;
            ended = body.done().whenComplete((_, _) -> end());
        }

        private synchronized void take(List<ByteBuffer> bytes) {
            for (ByteBuffer buffer : bytes) {
                while (buffer.hasRemaining()) {
                    byte next = buffer.get();
                    if (next == '\n') {
                        lines.add(partial.toString(StandardCharsets.UTF_8));
                        partial.reset();
                    } else {
                        partial.write(next);
                    }
                }
            }
        }

        private void end() {
            lines.add(END);
        }

        /// The next line, or nothing when none came within the time.
        ///
        /// @throws IOException when there are no more: the server has ended the watch, or somebody [#close]d it
        @SuppressWarnings("ReferenceEquality") // END is no line of any server.
        public Optional<String> next(Duration patience) throws IOException, InterruptedException {
            String line = lines.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (line == END) {
                end();
                throw new IOException("the watch has ended");
            }
            return Optional.ofNullable(line);
        }

        @Override
        public void close() {
            cancel.run();
            ended.cancel(false);
            end();
        }
    }
}
