package io.stentor.lab.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.Locale;
import java.util.OptionalLong;

/// Reads what a request brings.
final class Body {

    private static final YAMLMapper YAML = new YAMLMapper();

    private Body() {}

    /// The media type without its parameters.
    static String mediaType(HttpRequest request) {
        String type = request.header("content-type");
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
    }

    /// @throws ApiException 415 for what is neither JSON nor YAML, 400 for what cannot be read
    static JsonNode read(HttpRequest request) {
        String type = mediaType(request);
        return switch (type) {
            case "", "application/json" -> Json.parse(request.body());
            case "application/yaml" -> yaml(request.body());
            case "application/vnd.kubernetes.protobuf" -> ProtobufReader.read(request.body());
            default ->
                throw ApiException.unsupportedMediaType("the lab's API server reads application/json, "
                        + "application/yaml and application/vnd.kubernetes.protobuf, not \"" + type + "\"");
        };
    }

    static ObjectNode readObject(HttpRequest request) {
        return object(read(request));
    }

    static ObjectNode object(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.badRequest("the body must be an object, not " + node.getNodeType());
    }

    static JsonNode yaml(byte[] text) {
        try {
            JsonNode node = YAML.readTree(text);
            if (node == null || node.isMissingNode()) {
                throw ApiException.badRequest("the request has no body");
            }
            return node;
        } catch (JsonProcessingException malformed) {
            throw ApiException.badRequest("the body is not YAML: " + malformed.getOriginalMessage());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Reads a DeleteOptions body and the query that says the same.
    static DeleteOptions deleteOptions(HttpRequest request) {
        HttpRequest.Query query = request.query();
        ObjectNode body = request.body().length == 0 ? Json.object() : readObject(request);
        OptionalLong grace = query.number("gracePeriodSeconds");
        if (body.path("gracePeriodSeconds").isIntegralNumber()) {
            grace = OptionalLong.of(body.path("gracePeriodSeconds").asLong());
        }
        String policy = body.path("propagationPolicy").asText(query.text("propagationPolicy"));
        boolean orphan = body.path("orphanDependents").asBoolean(query.flag("orphanDependents"));
        DeleteOptions.Propagation propagation = switch (policy) {
            case "" -> orphan ? DeleteOptions.Propagation.ORPHAN : DeleteOptions.Propagation.BACKGROUND;
            case "Background" -> DeleteOptions.Propagation.BACKGROUND;
            case "Foreground" -> DeleteOptions.Propagation.FOREGROUND;
            case "Orphan" -> DeleteOptions.Propagation.ORPHAN;
            default -> throw ApiException.badRequest("propagationPolicy must be Orphan, Background or Foreground");
        };
        return new DeleteOptions(grace, propagation, Json.text(body, "preconditions.uid"));
    }

    static boolean isDryRun(HttpRequest request) {
        return !request.query().text("dryRun").isEmpty()
                || (request.body().length > 0 && !read(request).path("dryRun").isEmpty());
    }
}
