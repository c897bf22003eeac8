package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How objects are to be shown: whole, as a Table, or as their metadata, by the request's `Accept`.
final class View {

    private enum Form {
        WHOLE,
        TABLE,
        METADATA
    }

    private final Form form;
    private final Kind kind;
    private final String includeObject;
    private boolean headerSent;

    private View(Form form, Kind kind, String includeObject) {
        this.form = form;
        this.kind = kind;
        this.includeObject = includeObject;
    }

    /// Takes the first form in `Accept` that the server has.
    ///
    /// @throws ApiException 406 if there is none
    static View of(HttpRequest request, Kind kind) {
        String include = request.query().text("includeObject");
        String accept = request.header("accept");
        if (accept.isBlank()) {
            return new View(Form.WHOLE, kind, include);
        }
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            List<String> parts = new ArrayList<>();
            for (String part : range.split(";", -1)) {
                parts.add(part.trim());
            }
            String type = parts.getFirst();
            if (!type.equals("application/json") && !type.equals("*/*") && !type.equals("application/*")) {
                continue;
            }
            if (parts.contains("as=table")) {
                if (parts.contains("v=v1")) {
                    return new View(Form.TABLE, kind, include);
                }
            } else if (parts.contains("as=partialobjectmetadata") || parts.contains("as=partialobjectmetadatalist")) {
                return new View(Form.METADATA, kind, include);
            } else {
                return new View(Form.WHOLE, kind, include);
            }
        }
        throw new ApiException(
                406,
                "NotAcceptable",
                "only the following media types are accepted: application/json, "
                        + "application/json;as=Table;g=meta.k8s.io;v=v1, not " + accept,
                Json.object());
    }

    String contentType() {
        return HttpResponse.JSON;
    }

    ObjectNode one(ObjectNode object) {
        return switch (form) {
            case WHOLE -> object;
            case METADATA -> metadataOf(object);
            case TABLE -> {
                String version = Json.text(object, "metadata.resourceVersion");
                yield table(List.of(object), Json.object().put("resourceVersion", version), true);
            }
        };
    }

    ObjectNode list(List<ObjectNode> items, ObjectNode metadata) {
        return switch (form) {
            case WHOLE -> {
                ObjectNode list = Json.object().put("kind", kind.names().listKind());
                list.put("apiVersion", kind.resource().apiVersion()).set("metadata", metadata);
                list.putArray("items").addAll(items);
                yield list;
            }
            case METADATA -> {
                ObjectNode list = Json.object().put("kind", "PartialObjectMetadataList");
                list.put("apiVersion", "meta.k8s.io/v1").set("metadata", metadata);
                ArrayNode array = list.putArray("items");
                items.forEach(item -> array.add(metadataOf(item)));
                yield list;
            }
            case TABLE -> table(items, metadata, true);
        };
    }

    /// An object in a watch; tables name their columns in the first event alone.
    ObjectNode watched(ObjectNode object) {
        if (form != Form.TABLE) {
            return one(object);
        }
        String version = Json.text(object, "metadata.resourceVersion");
        ObjectNode table = table(List.of(object), Json.object().put("resourceVersion", version), !headerSent);
        headerSent = true;
        return table;
    }

    ObjectNode bookmark(long revision, boolean endOfInitial) {
        ObjectNode object = Json.object().put("kind", kind.names().kind());
        object.put("apiVersion", kind.resource().apiVersion());
        ObjectNode metadata = object.putObject("metadata").put("resourceVersion", Long.toString(revision));
        metadata.putNull("creationTimestamp");
        if (endOfInitial) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        return form == Form.TABLE
                ? table(List.of(), Json.object().put("resourceVersion", Long.toString(revision)), false)
                : object;
    }

    private ObjectNode table(List<ObjectNode> items, ObjectNode metadata, boolean header) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.set("metadata", metadata);
        ArrayNode columns = table.putArray("columnDefinitions");
        if (header) {
            for (Kind.Column column : kind.columns()) {
                columns.addObject()
                        .put("name", column.name())
                        .put("type", column.type())
                        .put("format", column.format())
                        .put("description", "")
                        .put("priority", column.priority());
            }
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode item : items) {
            ObjectNode row = rows.addObject();
            row.set("cells", Cells.of(kind, item));
            switch (includeObject) {
                case "None" -> {
                    // The cells are enough.
                }
                case "Object" -> row.set("object", item);
                default -> row.set("object", metadataOf(item));
            }
        }
        return table;
    }

    private static ObjectNode metadataOf(ObjectNode object) {
        ObjectNode partial = Json.object().put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata"));
        return partial;
    }
}
