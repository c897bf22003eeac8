package io.stentor.kube;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// Notices when the API server cannot be reached, and when it can be again. Each is logged once.
final class Reachability implements Interceptor {

    private static final System.Logger LOG = System.getLogger("kubernetes");

    /// Why not; empty: it can be, or nobody has tried.
    private final AtomicReference<String> trouble = new AtomicReference<>("");

    String trouble() {
        return trouble.get();
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        String server = request.uri().getScheme() + "://" + request.uri().getAuthority();
        String now = "the API server " + server + " cannot be reached: " + Failure.reason(failure);
        if (trouble.getAndSet(now).isEmpty()) {
            LOG.log(Level.WARNING, now);
        }
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (!trouble.getAndSet("").isEmpty()) {
            LOG.log(Level.INFO, "the API server answers again");
        }
    }
}
