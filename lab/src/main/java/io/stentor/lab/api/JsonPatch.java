package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// JSON patch (RFC 6902).
final class JsonPatch {

    private JsonPatch() {}

    /// @throws ApiException 400 for a malformed operation, 422 for one that does not fit the object
    static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!patch.isArray()) {
            throw ApiException.badRequest("a JSON patch is a list of operations");
        }
        JsonNode result = target.deepCopy();
        for (JsonNode operation : patch) {
            result = operation(result, operation);
        }
        return result;
    }

    private static JsonNode operation(JsonNode root, JsonNode operation) {
        List<String> path = pointer(operation.path("path"));
        return switch (operation.path("op").asText()) {
            case "add" -> add(root, path, value(operation));
            case "remove" -> {
                remove(root, path);
                yield root;
            }
            case "replace" -> {
                if (path.isEmpty()) {
                    yield value(operation);
                }
                remove(root, path);
                yield add(root, path, value(operation));
            }
            case "move" -> {
                List<String> from = pointer(operation.path("from"));
                JsonNode moved = get(root, from);
                remove(root, from);
                yield add(root, path, moved);
            }
            case "copy" ->
                add(root, path, get(root, pointer(operation.path("from"))).deepCopy());
            case "test" -> {
                JsonNode found = get(root, path);
                if (!found.equals(value(operation))) {
                    throw failed("testing path " + operation.path("path").asText() + " failed: it is " + found);
                }
                yield root;
            }
            default -> throw ApiException.badRequest("a JSON patch has no operation " + operation.path("op"));
        };
    }

    private static JsonNode value(JsonNode operation) {
        if (!operation.has("value")) {
            throw ApiException.badRequest("an operation of the JSON patch lacks its value: " + operation);
        }
        return operation.get("value").deepCopy();
    }

    /// The parts of a JSON pointer (RFC 6901).
    private static List<String> pointer(JsonNode text) {
        if (!text.isTextual() || (!text.asText().isEmpty() && !text.asText().startsWith("/"))) {
            throw ApiException.badRequest("an operation of the JSON patch has a malformed path: " + text);
        }
        List<String> parts = new ArrayList<>();
        for (String part : text.asText().split("/", -1)) {
            parts.add(part.replace("~1", "/").replace("~0", "~"));
        }
        parts.removeFirst();
        return parts;
    }

    private static JsonNode get(JsonNode root, List<String> path) {
        JsonNode here = root;
        for (String part : path) {
            here = here instanceof ArrayNode array ? array.path(index(array, part, array.size() - 1)) : here.path(part);
            if (here.isMissingNode()) {
                throw failed("there is nothing at /" + String.join("/", path));
            }
        }
        return here;
    }

    private static JsonNode add(JsonNode root, List<String> path, JsonNode value) {
        if (path.isEmpty()) {
            return value;
        }
        JsonNode parent = get(root, path.subList(0, path.size() - 1));
        String last = path.getLast();
        switch (parent) {
            case ObjectNode object -> object.set(last, value);
            case ArrayNode array ->
                array.insert(last.equals("-") ? array.size() : index(array, last, array.size()), value);
            default -> throw failed("the parent of /" + String.join("/", path) + " holds no values");
        }
        return root;
    }

    private static void remove(JsonNode root, List<String> path) {
        get(root, path);
        if (path.isEmpty()) {
            throw failed("the whole object cannot be removed");
        }
        JsonNode parent = get(root, path.subList(0, path.size() - 1));
        if (parent instanceof ArrayNode array) {
            array.remove(index(array, path.getLast(), array.size() - 1));
        } else if (parent instanceof ObjectNode object) {
            object.remove(path.getLast());
        }
    }

    private static int index(ArrayNode array, String text, int last) {
        if (!text.matches("0|[1-9][0-9]{0,8}") || Integer.parseInt(text) > last) {
            throw failed("\"" + text + "\" is no index into a list of " + array.size());
        }
        return Integer.parseInt(text);
    }

    private static ApiException failed(String why) {
        return new ApiException(
                422,
                "Invalid",
                "the server rejected our request due to an error in our request: " + why,
                Json.object());
    }
}
