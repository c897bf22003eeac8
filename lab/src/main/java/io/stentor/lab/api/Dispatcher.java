package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Finds who answers a request, and turns failures into Status answers.
final class Dispatcher implements Function<HttpRequest, HttpResponse> {

    private static final Logger LOG = System.getLogger("apiserver");
    private static final Set<String> OPEN = Set.of("/healthz", "/livez", "/readyz", "/version");

    private final Registry registry;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final Reviews reviews;
    private final Reads reads;
    private final Writes writes;
    private final Subresources subresources;

    Dispatcher(Registry registry, ApiServerConfig config) {
        Tokens tokens = new Tokens(config.identity());
        this.registry = registry;
        this.discovery = new Discovery(registry, config.version());
        this.openApi = new OpenApi(registry);
        this.reviews = new Reviews(tokens);
        this.reads = new Reads(registry);
        this.writes = new Writes(registry);
        this.subresources = new Subresources(registry, writes, tokens, config.podLogs());
    }

    @Override
    public HttpResponse apply(HttpRequest request) {
        long start = System.nanoTime();
        HttpResponse response;
        try {
            response = route(request);
        } catch (ApiException failure) {
            response = HttpResponse.json(failure.code(), failure.status());
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, request.method() + " " + request.target() + " failed", bug);
            ApiException failure =
                    new ApiException(500, "InternalError", "Internal error occurred: " + bug, Json.object());
            response = HttpResponse.json(500, failure.status());
        }
        if (LOG.isLoggable(Level.DEBUG)) {
            int status = response instanceof HttpResponse.Whole whole ? whole.status() : 200;
            LOG.log(
                    Level.DEBUG,
                    "{0} {1} {2} user={3} us={4}",
                    request.method(),
                    request.target(),
                    status,
                    request.caller().name(),
                    (System.nanoTime() - start) / 1000);
        }
        return response;
    }

    private HttpResponse route(HttpRequest request) {
        String path = request.path();
        if (!OPEN.contains(path) && !request.caller().isKnown()) {
            throw ApiException.unauthorized();
        }
        if (path.equals("/healthz") || path.equals("/livez") || path.equals("/readyz")) {
            return HttpResponse.text(200, "ok");
        }
        OldKubectl.refuse(request.header("user-agent"));
        List<String> segments = request.segments();
        if (path.startsWith("/openapi/")) {
            return openApi.answer(segments);
        }
        Optional<Target> found = Target.of(segments);
        if (found.isEmpty()) {
            return discovery.answer(request, segments);
        }
        Target target = found.get();
        if (reviews.knows(target.resource())) {
            return reviews.answer(request, target);
        }
        Kind kind = registry.kindTable().get(target.resource());
        if (!kind.shape().namespaced() && !target.namespace().isEmpty()) {
            throw ApiException.noSuchPath();
        }
        if (!target.subresource().isEmpty()) {
            return subresources.answer(request, kind, target);
        }
        return switch (request.method()) {
            case "GET", "HEAD" -> reads.answer(request, kind, target);
            case "POST", "PUT", "PATCH", "DELETE" -> writes.answer(request, kind, target);
            default ->
                throw ApiException.methodNotAllowed(
                        "the server does not allow " + request.method() + " on the requested resource");
        };
    }

    static ObjectNode success(ObjectNode details) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        status.set("details", details);
        return status;
    }
}
