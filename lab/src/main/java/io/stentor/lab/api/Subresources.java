package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// What hangs below an object: status, scale, logs, binding, eviction, tokens.
final class Subresources {

    private final Registry registry;
    private final Writes writes;
    private final Tokens tokens;
    private final PodLogs podLogs;

    Subresources(Registry registry, Writes writes, Tokens tokens, PodLogs podLogs) {
        this.registry = registry;
        this.writes = writes;
        this.tokens = tokens;
        this.podLogs = podLogs;
    }

    HttpResponse answer(HttpRequest request, Kind kind, Target target) {
        String where = kind.resource().qualified() + "/" + target.subresource();
        if (target.subresource().equals("status") && kind.shape().status()) {
            return status(request, kind, target);
        }
        if (target.subresource().equals("scale") && kind.shape().scale() != null) {
            return scale(request, kind, target);
        }
        return switch (where) {
            case "pods/log" -> log(request, kind, target);
            case "pods/binding" -> binding(request, target);
            case "pods/eviction" -> eviction(request, kind, target);
            case "serviceaccounts/token" -> token(request, kind, target);
            case "namespaces/finalize" -> {
                ObjectNode body = Body.readObject(request);
                yield HttpResponse.json(200, registry.finalizeNamespace(target.objectName(), old -> body));
            }
            case "pods/exec", "pods/attach", "pods/portforward" ->
                throw ApiException.notImplemented("the lab's API server does not do " + target.subresource()
                        + "; use: stentor lab exec " + target.namespace() + "/" + target.name() + " -- COMMAND");
            case "pods/proxy", "services/proxy", "nodes/proxy", "pods/ephemeralcontainers", "pods/resize" ->
                throw ApiException.notImplemented("the lab's API server has no " + where);
            default -> throw ApiException.noSuchPath();
        };
    }

    private HttpResponse status(HttpRequest request, Kind kind, Target target) {
        return switch (request.method()) {
            case "GET" ->
                HttpResponse.json(
                        200,
                        View.of(request, kind).one(registry.render(kind, registry.stored(kind, target.objectName()))));
            case "PUT" -> {
                WriteOptions options = WriteOptions.of(request.query());
                ObjectNode object = Body.readObject(request);
                ObjectNode after =
                        registry.writer().update(kind, target.objectName(), "status", old -> object, options);
                yield Writes.respond(200, registry.render(kind, after), options);
            }
            case "PATCH" -> writes.patch(request, kind, target);
            default -> throw ApiException.methodNotAllowed("a status can be read, replaced and patched");
        };
    }

    private HttpResponse scale(HttpRequest request, Kind kind, Target target) {
        UnaryOperator<ObjectNode> change = switch (request.method()) {
            case "GET" -> UnaryOperator.identity();
            case "PUT" -> {
                ObjectNode body = Body.readObject(request);
                yield old -> body;
            }
            case "PATCH" ->
                // A Scale has no lists, so that both kinds of merge patch do the same to it.
                Body.mediaType(request).equals("application/json-patch+json")
                        ? Writes.patching(request, kind, "application/json-patch+json")
                        : Writes.patching(request, kind, "application/merge-patch+json");
            default -> throw ApiException.methodNotAllowed("a scale can be read, replaced and patched");
        };
        if (request.method().equals("GET")) {
            return HttpResponse.json(200, Scales.of(kind, registry.stored(kind, target.objectName())));
        }
        WriteOptions options = WriteOptions.of(request.query());
        return Writes.respond(200, Scales.update(registry, kind, target.objectName(), change, options), options);
    }

    private HttpResponse log(HttpRequest request, Kind kind, Target target) {
        ObjectNode pod = registry.stored(kind, target.objectName());
        HttpRequest.Query query = request.query();
        String container = chosenContainer(pod, query.text("container"));
        String node = Json.text(pod, "spec.nodeName");
        if (node.isEmpty()) {
            throw ApiException.badRequest("pod " + target.name() + " does not have a host assigned");
        }
        OptionalLong tail = query.number("tailLines");
        PodLogs.Request wanted = new PodLogs.Request(
                target.objectName(),
                Json.text(pod, "metadata.uid"),
                node,
                container,
                query.flag("follow"),
                tail,
                query.flag("previous"),
                query.flag("timestamps"),
                query.number("sinceSeconds"));
        InputStream log = podLogs.open(wanted);
        return new HttpResponse.Stream("text/plain", out -> copy(log, out));
    }

    private static String chosenContainer(JsonNode pod, String asked) {
        List<String> names = new ArrayList<>();
        Json.at(pod, "spec.containers").forEach(c -> names.add(c.path("name").asText()));
        List<String> all = new ArrayList<>(names);
        Json.at(pod, "spec.initContainers").forEach(c -> all.add(c.path("name").asText()));
        String name = Json.text(pod, "metadata.name");
        if (asked.isEmpty() && names.size() == 1) {
            return names.getFirst();
        }
        if (asked.isEmpty()) {
            throw ApiException.badRequest(
                    "a container name must be specified for pod " + name + ", choose one of: " + names);
        }
        if (!all.contains(asked)) {
            throw ApiException.badRequest("container " + asked + " is not valid for pod " + name);
        }
        return asked;
    }

    private static void copy(InputStream log, OutputStream out) throws IOException, InterruptedException {
        Thread reader = Thread.currentThread();
        try (log) {
            byte[] buffer = new byte[16 << 10];
            for (int n = log.read(buffer); n >= 0; n = log.read(buffer)) {
                out.write(buffer, 0, n);
                // What is there already goes in one piece.
                if (log.available() == 0) {
                    out.flush();
                }
                if (reader.isInterrupted()) {
                    throw new InterruptedException();
                }
            }
            out.flush();
        }
    }

    private HttpResponse binding(HttpRequest request, Target target) {
        ObjectNode body = Body.readObject(request);
        registry.bind(target.objectName(), Json.text(body, "target.name"));
        return HttpResponse.json(201, Dispatcher.success(Json.object()));
    }

    /// An eviction deletes the pod unless a disruption budget has nothing to spare.
    private HttpResponse eviction(HttpRequest request, Kind kind, Target target) {
        ObjectNode body = Body.readObject(request);
        ObjectNode pod = registry.stored(kind, target.objectName());
        Resource budgets = new Resource("policy", "v1", "poddisruptionbudgets");
        for (ObjectNode budget :
                registry.list(budgets, Selection.in(target.namespace())).items()) {
            boolean covers =
                    LabelSelector.of(Json.at(budget, "spec.selector")).matches(Json.at(pod, "metadata.labels"));
            if (covers && Json.at(budget, "status.disruptionsAllowed").asInt(0) < 1) {
                throw ApiException.tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.");
            }
        }
        JsonNode grace = Json.at(body, "deleteOptions.gracePeriodSeconds");
        OptionalLong seconds = grace.isNumber() ? OptionalLong.of(grace.asLong()) : OptionalLong.empty();
        boolean dryRun =
                Body.isDryRun(request) || !Json.at(body, "deleteOptions.dryRun").isEmpty();
        DeleteOptions options = new DeleteOptions(seconds, DeleteOptions.Propagation.BACKGROUND, "");
        registry.deleter().delete(kind, target.objectName(), options, dryRun);
        return HttpResponse.json(201, Dispatcher.success(Json.object()));
    }

    private HttpResponse token(HttpRequest request, Kind kind, Target target) {
        registry.stored(kind, target.objectName());
        ObjectNode body = Body.readObject(request);
        ObjectNode spec = Json.ensure(body, "spec");
        List<String> audiences = new ArrayList<>();
        spec.path("audiences").forEach(a -> audiences.add(a.asText()));
        if (audiences.isEmpty()) {
            audiences.add(Tokens.ISSUER);
            spec.putArray("audiences").add(Tokens.ISSUER);
        }
        long seconds = spec.path("expirationSeconds").asLong(3600);
        if (seconds < 600) {
            throw ApiException.invalid(
                    "TokenRequest.authentication.k8s.io",
                    "",
                    List.of(ApiException.Cause.invalid(
                            "spec.expirationSeconds",
                            Long.toString(seconds),
                            "may not specify a duration less than 10 minutes")));
        }
        spec.put("expirationSeconds", seconds);
        Instant now = Instant.now();
        Instant expires = now.plusSeconds(seconds);
        body.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenRequest");
        body.putObject("status")
                .put("token", tokens.issue(target.objectName(), audiences, now, expires))
                .put("expirationTimestamp", Metadata.time(expires));
        return HttpResponse.json(201, body);
    }
}
