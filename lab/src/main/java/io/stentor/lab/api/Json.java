package io.stentor.lab.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reading, writing and walking JSON trees.
public final class Json {

    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /// @throws ApiException 400 with the place of the mistake
    public static JsonNode parse(byte[] text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null) {
                throw ApiException.badRequest("the request has no body");
            }
            return node;
        } catch (JsonProcessingException malformed) {
            var at = malformed.getLocation();
            throw ApiException.badRequest("the body is not JSON: " + malformed.getOriginalMessage()
                    + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The node at a path of field names, a missing node if there is none: `at(pod, "spec.nodeName")`.
    public static JsonNode at(JsonNode node, String path) {
        JsonNode here = node;
        for (String part : path.split("\\.", -1)) {
            here = here.path(part);
        }
        return here;
    }

    /// The text at a path, "" if there is none.
    public static String text(JsonNode node, String path) {
        return at(node, path).asText("");
    }

    /// The object at a path of field names, made where there is none.
    public static ObjectNode ensure(ObjectNode node, String path) {
        ObjectNode here = node;
        for (String part : path.split("\\.", -1)) {
            here = here.get(part) instanceof ObjectNode child ? child : here.putObject(part);
        }
        return here;
    }

    /// Makes equal numbers equal: Jackson tells an int from the same long, which no JSON does.
    static void normalize(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (var field : object.properties()) {
                if (field.getValue() instanceof LongNode number && number.canConvertToInt()) {
                    field.setValue(IntNode.valueOf(number.intValue()));
                } else {
                    normalize(field.getValue());
                }
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i) instanceof LongNode number && number.canConvertToInt()) {
                    array.set(i, IntNode.valueOf(number.intValue()));
                } else {
                    normalize(array.get(i));
                }
            }
        }
    }

    /// The array's elements that are objects; none if it is no array.
    public static List<ObjectNode> objects(JsonNode array) {
        List<ObjectNode> all = new ArrayList<>(array.size());
        for (JsonNode element : array) {
            if (element instanceof ObjectNode object) {
                all.add(object);
            }
        }
        return all;
    }
}
