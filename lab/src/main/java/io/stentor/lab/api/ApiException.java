package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// A request that failed, as a Kubernetes Status says it.
public final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;
    private final transient ObjectNode details;

    /// @param reason the word that clients branch on: `NotFound`, `Conflict`, ...
    /// @param details the Status's details; may be empty
    public ApiException(int code, String reason, String message, ObjectNode details) {
        super(message);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    private ApiException(int code, String reason, String message) {
        this(code, reason, message, Json.object());
    }

    /// What is wrong with one field.
    ///
    /// @param field its path: `spec.containers[0].name`
    public record Cause(String reason, String field, String message) {

        public static Cause invalid(String field, String value, String why) {
            return new Cause("FieldValueInvalid", field, "Invalid value: " + value + ": " + why);
        }

        public static Cause required(String field, String why) {
            return new Cause("FieldValueRequired", field, why.isEmpty() ? "Required value" : "Required value: " + why);
        }

        public static Cause forbidden(String field, String why) {
            return new Cause("FieldValueForbidden", field, "Forbidden: " + why);
        }

        public static Cause duplicate(String field, String value) {
            return new Cause("FieldValueDuplicate", field, "Duplicate value: " + value);
        }
    }

    public static ApiException notFound(Resource resource, String name) {
        return new ApiException(
                404, "NotFound", resource.qualified() + " \"" + name + "\" not found", details(resource, name));
    }

    public static ApiException noSuchPath() {
        return new ApiException(404, "NotFound", "the server could not find the requested resource");
    }

    static ApiException noSuchKind(Resource resource) {
        String message = "the server could not find the requested resource: the lab's API server has no "
                + resource.plural() + " in " + resource.apiVersion();
        return new ApiException(404, "NotFound", message);
    }

    public static ApiException alreadyExists(Resource resource, String name) {
        String message = resource.qualified() + " \"" + name + "\" already exists";
        return new ApiException(409, "AlreadyExists", message, details(resource, name));
    }

    public static ApiException conflict(Resource resource, String name, String why) {
        String message = "Operation cannot be fulfilled on " + resource.qualified() + " \"" + name + "\": " + why;
        return new ApiException(409, "Conflict", message, details(resource, name));
    }

    public static ApiException forbidden(Resource resource, String name, String why) {
        String message = resource.qualified() + " \"" + name + "\" is forbidden: " + why;
        return new ApiException(403, "Forbidden", message, details(resource, name));
    }

    /// @param kind the object's kind, with its group: `Pod`, `Deployment.apps`
    public static ApiException invalid(String kind, String name, List<Cause> causes) {
        ObjectNode details = Json.object();
        int dot = kind.indexOf('.');
        details.put("name", name).put("kind", dot < 0 ? kind : kind.substring(0, dot));
        if (dot >= 0) {
            details.put("group", kind.substring(dot + 1));
        }
        ArrayNode array = details.putArray("causes");
        StringBuilder all = new StringBuilder();
        for (Cause cause : causes) {
            array.addObject()
                    .put("reason", cause.reason())
                    .put("message", cause.message())
                    .put("field", cause.field());
            all.append(all.isEmpty() ? "" : ", ")
                    .append(cause.field())
                    .append(": ")
                    .append(cause.message());
        }
        String list = causes.size() > 1 ? "[" + all + "]" : all.toString();
        return new ApiException(422, "Invalid", kind + " \"" + name + "\" is invalid: " + list, details);
    }

    public static ApiException badRequest(String message) {
        return new ApiException(400, "BadRequest", message);
    }

    public static ApiException gone(String message) {
        return new ApiException(410, "Expired", message);
    }

    public static ApiException unauthorized() {
        return new ApiException(401, "Unauthorized", "Unauthorized");
    }

    public static ApiException methodNotAllowed(String message) {
        return new ApiException(405, "MethodNotAllowed", message);
    }

    public static ApiException unsupportedMediaType(String message) {
        return new ApiException(415, "UnsupportedMediaType", message);
    }

    public static ApiException notImplemented(String message) {
        return new ApiException(501, "NotImplemented", message);
    }

    public static ApiException tooManyRequests(String message) {
        return new ApiException(429, "TooManyRequests", message);
    }

    private static ObjectNode details(Resource resource, String name) {
        ObjectNode details = Json.object().put("name", name);
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        return details.put("kind", resource.plural());
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }

    public boolean isNotFound() {
        return code == 404;
    }

    public boolean isConflict() {
        return reason.equals("Conflict");
    }

    /// The Status object that is sent.
    public ObjectNode status() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
        if (details != null && !details.isEmpty()) {
            status.set("details", details);
        }
        return status.put("code", code);
    }
}
