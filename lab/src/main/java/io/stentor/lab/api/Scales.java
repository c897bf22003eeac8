package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Kind.ScalePaths;
import java.util.function.UnaryOperator;

/// The scale subresource: an `autoscaling/v1` Scale that shows how many there are and sets how many there should be.
final class Scales {

    private Scales() {}

    static ObjectNode of(Kind kind, JsonNode object) {
        ScalePaths paths = paths(kind);
        ObjectNode scale = Json.object().put("apiVersion", "autoscaling/v1").put("kind", "Scale");
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
            if (object.path("metadata").has(field)) {
                metadata.set(field, object.path("metadata").get(field));
            }
        }
        scale.putObject("spec")
                .put("replicas", Json.at(object, paths.specReplicas()).asInt(0));
        ObjectNode status = scale.putObject("status");
        status.put("replicas", Json.at(object, paths.statusReplicas()).asInt(0));
        if (!paths.selector().isEmpty()) {
            JsonNode selector = Json.at(object, paths.selector());
            status.put(
                    "selector", selector.isObject() ? LabelSelector.of(selector).toString() : selector.asText(""));
        }
        return scale;
    }

    static ObjectNode update(
            Registry registry, Kind kind, ObjectName name, UnaryOperator<ObjectNode> change, WriteOptions options) {
        ScalePaths paths = paths(kind);
        ObjectNode after = registry.writer()
                .update(
                        kind,
                        name,
                        "",
                        object -> {
                            ObjectNode scale = change.apply(of(kind, object));
                            int dot = paths.specReplicas().lastIndexOf('.');
                            String parent = paths.specReplicas().substring(0, Math.max(0, dot));
                            ObjectNode holder = parent.isEmpty() ? object : Json.ensure(object, parent);
                            JsonNode replicas = Json.at(scale, "spec.replicas");
                            holder.put(paths.specReplicas().substring(dot + 1), replicas.asInt(0));
                            Json.ensure(object, "metadata")
                                    .put("resourceVersion", Json.text(scale, "metadata.resourceVersion"));
                            return object;
                        },
                        options);
        return of(kind, after);
    }

    private static ScalePaths paths(Kind kind) {
        ScalePaths paths = kind.shape().scale();
        if (paths == null) {
            throw ApiException.noSuchPath();
        }
        return paths;
    }
}
