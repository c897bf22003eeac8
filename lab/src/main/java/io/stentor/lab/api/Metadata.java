package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// What the server itself writes into `metadata`, and what it accepts there from others.
public final class Metadata {

    /// Without vowels and digits that look like letters, as the names that people know from Kubernetes.
    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private static final List<String> SERVERS_OWN =
            List.of("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation");

    private Metadata() {}

    /// As the API writes times: to the second, UTC.
    public static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// Five random letters, as generated names end.
    public static String suffix() {
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            suffix.append(SUFFIX_LETTERS.charAt(ThreadLocalRandom.current().nextInt(SUFFIX_LETTERS.length())));
        }
        return suffix.toString();
    }

    /// Makes the metadata of an object that is created.
    static void begin(ObjectNode metadata) {
        metadata.remove(SERVERS_OWN);
        metadata.remove(List.of("resourceVersion", "selfLink"));
        String prefix = metadata.path("generateName").asText("");
        if (metadata.path("name").asText("").isEmpty() && !prefix.isEmpty()) {
            metadata.put("name", prefix.substring(0, Math.min(prefix.length(), 58)) + suffix());
        }
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", time(Instant.now()));
    }

    /// Gives a changed object what the server said of it before.
    static void carry(ObjectNode metadata, JsonNode old) {
        metadata.remove("selfLink");
        for (String field : SERVERS_OWN) {
            if (old.has(field)) {
                metadata.set(field, old.get(field));
            } else {
                metadata.remove(field);
            }
        }
    }

    /// Drops maps and lists that are empty, which mean nothing.
    static void tidy(ObjectNode metadata) {
        for (String field : List.of("labels", "annotations", "finalizers", "ownerReferences", "managedFields")) {
            JsonNode value = metadata.path(field);
            if (value.isNull() || (value.isContainerNode() && value.isEmpty())) {
                metadata.remove(field);
            }
        }
    }

    static void validate(Kind kind, JsonNode metadata, List<Cause> causes) {
        String name = metadata.path("name").asText("");
        boolean roles = kind.resource().group().startsWith("rbac.");
        if (name.isEmpty()) {
            causes.add(Cause.required("metadata.name", "name or generateName is required"));
        } else if (roles
                ? name.contains("/") || name.contains("%") || name.startsWith(".")
                : !Formats.isSubdomain(name)) {
            String why = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
                    + "'.', and must start and end with an alphanumeric character";
            causes.add(Cause.invalid("metadata.name", "\"" + name + "\"", why));
        }
        for (var label : metadata.path("labels").properties()) {
            if (!Formats.isQualifiedName(label.getKey())) {
                causes.add(Cause.invalid("metadata.labels", "\"" + label.getKey() + "\"", "is no label key"));
            }
            String value = label.getValue().asText();
            if (!Formats.isLabelValue(value)) {
                String why = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
                        + "'.', and must start and end with an alphanumeric character";
                causes.add(Cause.invalid("metadata.labels", "\"" + value + "\"", why));
            }
        }
        for (var annotation : metadata.path("annotations").properties()) {
            if (!Formats.isQualifiedName(annotation.getKey())) {
                causes.add(Cause.invalid(
                        "metadata.annotations", "\"" + annotation.getKey() + "\"", "is no annotation key"));
            }
        }
        JsonNode finalizers = metadata.path("finalizers");
        for (int i = 0; i < finalizers.size(); i++) {
            String finalizer = finalizers.get(i).asText();
            if (!Formats.isQualifiedName(finalizer)) {
                causes.add(Cause.invalid(
                        "metadata.finalizers[" + i + "]", "\"" + finalizer + "\"", "is no qualified name"));
            }
        }
    }
}
