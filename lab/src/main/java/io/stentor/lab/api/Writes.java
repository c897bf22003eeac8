package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// POST, PUT, PATCH and DELETE of objects and collections.
final class Writes {

    private final Registry registry;

    Writes(Registry registry) {
        this.registry = registry;
    }

    HttpResponse answer(HttpRequest request, Kind kind, Target target) {
        boolean collection = target.name().isEmpty();
        return switch (request.method()) {
            case "POST" -> {
                requireThat(collection, "POST creates objects in a collection, and the path names an object");
                yield create(request, kind, target);
            }
            case "PUT" -> {
                requireThat(!collection, "PUT replaces an object, and the path names none");
                yield replace(request, kind, target);
            }
            case "PATCH" -> {
                requireThat(!collection, "PATCH changes an object, and the path names none");
                yield patch(request, kind, target);
            }
            default -> collection ? deleteAll(request, kind, target) : delete(request, kind, target);
        };
    }

    private static void requireThat(boolean allowed, String message) {
        if (!allowed) {
            throw ApiException.methodNotAllowed(message);
        }
    }

    private HttpResponse create(HttpRequest request, Kind kind, Target target) {
        WriteOptions options = WriteOptions.of(request.query());
        ObjectNode object = Body.readObject(request);
        inNamespace(kind, target, object);
        ObjectNode created = registry.render(kind, registry.writer().create(kind, object, options));
        return respond(201, View.of(request, kind).one(created), options);
    }

    /// The URL says the namespace; what the object says must agree.
    private static void inNamespace(Kind kind, Target target, ObjectNode object) {
        ObjectNode metadata = Json.ensure(object, "metadata");
        String own = metadata.path("namespace").asText("");
        if (kind.shape().namespaced()) {
            if (!own.isEmpty() && !own.equals(target.namespace())) {
                throw ApiException.badRequest("the namespace of the object (" + own
                        + ") does not match the namespace on the URL (" + target.namespace() + ")");
            }
            metadata.put("namespace", target.namespace());
        }
    }

    private HttpResponse replace(HttpRequest request, Kind kind, Target target) {
        WriteOptions options = WriteOptions.of(request.query());
        ObjectNode object = Body.readObject(request);
        inNamespace(kind, target, object);
        return changed(request, kind, target, old -> object, options);
    }

    HttpResponse patch(HttpRequest request, Kind kind, Target target) {
        WriteOptions options = WriteOptions.of(request.query());
        String type = Body.mediaType(request);
        if (type.startsWith("application/apply-patch")) {
            return apply(request, kind, target, options);
        }
        return changed(request, kind, target, patching(request, kind, type), options);
    }

    /// What a patch does, by its media type.
    static UnaryOperator<ObjectNode> patching(HttpRequest request, Kind kind, String type) {
        JsonNode patch = switch (type) {
            case "application/merge-patch+json",
                    "application/json-patch+json",
                    "application/strategic-merge-patch+json" -> Json.parse(request.body());
            default ->
                throw ApiException.unsupportedMediaType("the body of the request was in an unknown format - "
                        + "accepted media types include: application/json-patch+json, "
                        + "application/merge-patch+json, application/strategic-merge-patch+json, "
                        + "application/apply-patch+yaml");
        };
        return switch (type) {
            case "application/merge-patch+json" -> old -> Body.object(JsonMergePatch.apply(old, patch));
            case "application/json-patch+json" -> old -> Body.object(JsonPatch.apply(old, patch));
            default -> {
                if (!(kind.rules() instanceof BuiltinRules rules)) {
                    throw ApiException.unsupportedMediaType(
                            "strategic merge patches are for built-in kinds alone; use application/merge-patch+json");
                }
                yield old -> StrategicMergePatch.apply(rules.type(), old, Body.object(patch));
            }
        };
    }

    private HttpResponse changed(
            HttpRequest request, Kind kind, Target target, UnaryOperator<ObjectNode> change, WriteOptions options) {
        ObjectNode after = registry.writer().update(kind, target.objectName(), target.subresource(), change, options);
        return respond(200, View.of(request, kind).one(registry.render(kind, after)), options);
    }

    private HttpResponse apply(HttpRequest request, Kind kind, Target target, WriteOptions options) {
        if (options.manager().isEmpty()) {
            throw ApiException.badRequest("fieldManager is required for server-side apply");
        }
        ObjectNode wanted = Body.object(Body.yaml(request.body()));
        inNamespace(kind, target, wanted);
        Json.ensure(wanted, "metadata").put("name", target.name());
        ServerSideApply apply = new ServerSideApply(kind, target.subresource(), options);
        return registry.store().locked(() -> {
            boolean there = registry.store()
                    .table(kind.table())
                    .get(target.objectName())
                    .isPresent();
            if (there) {
                return changed(request, kind, target, old -> apply.merge(old, wanted), options);
            }
            if (!target.subresource().isEmpty()) {
                throw ApiException.notFound(kind.resource(), target.name());
            }
            ObjectNode created = registry.writer().create(kind, apply.first(wanted), options);
            return respond(201, View.of(request, kind).one(registry.render(kind, created)), options);
        });
    }

    private HttpResponse delete(HttpRequest request, Kind kind, Target target) {
        Deleter.Outcome outcome = registry.deleter()
                .delete(kind, target.objectName(), Body.deleteOptions(request), Body.isDryRun(request));
        if (!outcome.gone()) {
            return HttpResponse.json(200, registry.render(kind, outcome.object()));
        }
        ObjectNode details = Json.object().put("name", target.name());
        if (!kind.resource().group().isEmpty()) {
            details.put("group", kind.resource().group());
        }
        details.put("kind", kind.resource().plural());
        details.put("uid", Json.text(outcome.object(), "metadata.uid"));
        return HttpResponse.json(200, Dispatcher.success(details));
    }

    private HttpResponse deleteAll(HttpRequest request, Kind kind, Target target) {
        HttpRequest.Query query = request.query();
        Selection selection =
                new Selection(target.namespace(), query.text("labelSelector"), query.text("fieldSelector"));
        Predicate<ObjectNode> wanted = Registry.predicate(kind, selection);
        DeleteOptions options = Body.deleteOptions(request);
        boolean dryRun = Body.isDryRun(request);
        List<ObjectNode> deleted = new ArrayList<>();
        registry.store().locked(() -> {
            for (ObjectNode object :
                    registry.store().table(kind.table()).snapshot().objects().values()) {
                if (wanted.test(registry.render(kind, object))) {
                    deleted.add(registry.deleter()
                            .delete(kind, ObjectName.of(object), options, dryRun)
                            .object());
                }
            }
            return deleted;
        });
        ObjectNode metadata = Json.object()
                .put("resourceVersion", Long.toString(registry.store().revision()));
        return HttpResponse.json(200, View.of(request, kind).list(deleted, metadata));
    }

    static HttpResponse respond(int status, ObjectNode object, WriteOptions options) {
        return new HttpResponse.Whole(status, HttpResponse.JSON, Json.bytes(object), List.copyOf(options.warnings()));
    }
}
