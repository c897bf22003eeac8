package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.TypeTable.Field;
import io.stentor.lab.api.TypeTable.FieldType;
import io.stentor.lab.api.TypeTable.ListOf;
import io.stentor.lab.api.TypeTable.MapOf;
import io.stentor.lab.api.TypeTable.Ref;
import io.stentor.lab.api.TypeTable.Scalar;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// OpenAPI v3 documents: enough for kubectl to see that the server validates fields, and to explain them.
final class OpenApi {

    private static final String SCHEMAS = "#/components/schemas/";

    private final Registry registry;

    OpenApi(Registry registry) {
        this.registry = registry;
    }

    HttpResponse answer(List<String> segments) {
        if (segments.size() == 2 && segments.get(1).equals("v2")) {
            return new HttpResponse.Whole(200, OpenApiV2.CONTENT_TYPE, OpenApiV2.document(), List.of());
        }
        if (segments.size() < 2 || !segments.get(1).equals("v3")) {
            throw ApiException.noSuchPath();
        }
        if (segments.size() == 2) {
            return HttpResponse.json(200, index());
        }
        String path = String.join("/", segments.subList(2, segments.size()));
        ObjectNode document = document(path);
        if (document.path("paths").isEmpty()) {
            throw ApiException.noSuchPath();
        }
        return HttpResponse.json(200, document);
    }

    private static String pathOf(Resource resource) {
        return resource.group().isEmpty() ? "api/v1" : "apis/" + resource.apiVersion();
    }

    private ObjectNode index() {
        Set<String> paths = new TreeSet<>();
        registry.kindTable().all().forEach(kind -> paths.add(pathOf(kind.resource())));
        ObjectNode index = Json.object();
        ObjectNode all = index.putObject("paths");
        for (String path : paths) {
            // The hash lets clients keep a document for as long as it stays the same.
            String hash = Integer.toHexString(document(path).hashCode());
            all.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash);
        }
        return index;
    }

    private ObjectNode document(String path) {
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes (Stentor's lab)").put("version", "v1");
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        for (Kind kind : registry.kindTable().all()) {
            if (!pathOf(kind.resource()).equals(path)) {
                continue;
            }
            String collection = "/" + path + (kind.shape().namespaced() ? "/namespaces/{namespace}/" : "/")
                    + kind.resource().plural();
            operations(paths.putObject(collection), kind, "get", "post");
            operations(paths.putObject(collection + "/{name}"), kind, "get", "put", "patch", "delete");
            schema(kind, schemas);
        }
        return document;
    }

    private static void operations(ObjectNode path, Kind kind, String... methods) {
        for (String method : methods) {
            ObjectNode operation = path.putObject(method);
            groupVersionKind(operation.putObject("x-kubernetes-group-version-kind"), kind);
            operation.put("x-kubernetes-action", method);
            if (!method.equals("get") && !method.equals("delete")) {
                ArrayNode parameters = operation.putArray("parameters");
                for (String name : new String[] {"dryRun", "fieldManager", "fieldValidation"}) {
                    ObjectNode parameter =
                            parameters.addObject().put("name", name).put("in", "query");
                    parameter.putObject("schema").put("type", "string");
                }
            }
            ObjectNode ok = operation.putObject("responses").putObject("200").put("description", "OK");
            Json.ensure(ok, "content")
                    .putObject("application/json")
                    .putObject("schema")
                    .put("$ref", SCHEMAS + name(kind));
        }
    }

    private static String name(Kind kind) {
        return kind.rules() instanceof BuiltinRules rules
                ? rules.type()
                : kind.resource().group() + "." + kind.resource().version() + "."
                        + kind.names().kind();
    }

    private static void groupVersionKind(ObjectNode node, Kind kind) {
        node.put("group", kind.resource().group())
                .put("version", kind.resource().version())
                .put("kind", kind.names().kind());
    }

    private static void schema(Kind kind, ObjectNode schemas) {
        ObjectNode schema;
        if (kind.rules() instanceof CustomRules rules) {
            schema = rules.schema().isObject() ? rules.schema().deepCopy() : Json.object();
            ObjectNode properties = Json.ensure(schema, "properties");
            properties.putObject("apiVersion").put("type", "string");
            properties.putObject("kind").put("type", "string");
            properties.putObject("metadata").put("$ref", SCHEMAS + "ObjectMeta");
            types("ObjectMeta", schemas);
            schemas.set(name(kind), schema);
        } else {
            types(name(kind), schemas);
            schema = (ObjectNode) schemas.get(name(kind));
        }
        groupVersionKind(schema.putArray("x-kubernetes-group-version-kind").addObject(), kind);
    }

    /// Adds a type and all that it refers to.
    private static void types(String root, ObjectNode schemas) {
        Deque<String> todo = new ArrayDeque<>(List.of(root));
        Set<String> done = new HashSet<>();
        while (!todo.isEmpty()) {
            String name = todo.poll();
            if (!done.add(name) || schemas.has(name)) {
                continue;
            }
            ObjectNode schema = schemas.putObject(name).put("type", "object");
            ObjectNode properties = schema.putObject("properties");
            for (Field field : TypeTable.BUILTIN.fields(name).values()) {
                properties.set(field.name(), type(field.type(), todo));
                if (field.required()) {
                    schema.withArray("required").add(field.name());
                }
            }
        }
    }

    private static JsonNode type(FieldType type, Deque<String> todo) {
        ObjectNode schema = Json.object();
        return switch (type) {
            case Ref ref -> {
                todo.add(ref.name());
                yield schema.put("$ref", SCHEMAS + ref.name());
            }
            case MapOf map -> {
                schema.put("type", "object").set("additionalProperties", type(map.value(), todo));
                yield schema;
            }
            case ListOf list -> {
                schema.put("type", "array").set("items", type(list.element(), todo));
                if (list.set() || !list.keys().isEmpty()) {
                    schema.put("x-kubernetes-patch-strategy", "merge");
                }
                if (!list.keys().isEmpty()) {
                    schema.put("x-kubernetes-patch-merge-key", list.keys().getFirst());
                }
                yield schema;
            }
            case Scalar scalar ->
                switch (scalar) {
                    case STRING, QUANTITY -> schema.put("type", "string");
                    case BYTES -> schema.put("type", "string").put("format", "byte");
                    case TIME, MICROTIME -> schema.put("type", "string").put("format", "date-time");
                    case INT32 -> schema.put("type", "integer").put("format", "int32");
                    case INT64 -> schema.put("type", "integer").put("format", "int64");
                    case NUMBER -> schema.put("type", "number");
                    case BOOL -> schema.put("type", "boolean");
                    case INTSTR -> schema.put("type", "string").put("format", "int-or-string");
                    case ANY -> schema;
                };
        };
    }
}
