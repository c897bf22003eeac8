package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// CustomResourceDefinitions. A definition that is accepted is established at once.
final class DefinitionRules implements BuiltinRules.Particular {

    /// Keeps a definition until its objects are gone.
    static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

    @Override
    public void complete(ObjectNode definition, @Nullable ObjectNode old) {
        ObjectNode spec = Json.ensure(definition, "spec");
        ObjectNode names = Json.ensure(spec, "names");
        String kind = names.path("kind").asText();
        PodDefaults.putIfAbsent(names, "singular", kind.toLowerCase(Locale.ROOT));
        PodDefaults.putIfAbsent(names, "listKind", kind + "List");
        PodDefaults.putIfAbsent(Json.ensure(spec, "conversion"), "strategy", "None");
        ObjectNode status = Json.ensure(definition, "status");
        status.set("acceptedNames", names.deepCopy());
        Set<String> stored = new TreeSet<>();
        status.path("storedVersions").forEach(v -> stored.add(v.asText()));
        for (JsonNode version : spec.path("versions")) {
            if (version.path("storage").asBoolean()) {
                stored.add(version.path("name").asText());
            }
        }
        ArrayNode versions = status.putArray("storedVersions");
        stored.forEach(versions::add);
        if (old == null) {
            Json.ensure(definition, "metadata").withArray("finalizers").add(CLEANUP);
            ArrayNode conditions = status.putArray("conditions");
            condition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found");
            condition(conditions, "Established", "InitialNamesAccepted", "the initial names have been accepted");
        }
    }

    private static void condition(ArrayNode conditions, String type, String reason, String message) {
        conditions
                .addObject()
                .put("type", type)
                .put("status", "True")
                .put("lastTransitionTime", Metadata.time(Instant.now()))
                .put("reason", reason)
                .put("message", message);
    }

    @Override
    public void validate(ObjectNode definition, @Nullable ObjectNode old, List<Cause> causes) {
        JsonNode spec = definition.path("spec");
        String name = Json.text(definition, "metadata.name");
        String wanted = Json.text(spec, "names.plural") + "." + Json.text(spec, "group");
        if (!name.equals(wanted)) {
            causes.add(
                    Cause.invalid("metadata.name", "\"" + name + "\"", "must be spec.names.plural+\".\"+spec.group"));
        }
        PodRules.oneOf(spec, "scope", "spec", Set.of("Namespaced", "Cluster"), causes);
        if (!Json.text(spec, "conversion.strategy").equals("None")) {
            causes.add(Cause.invalid(
                    "spec.conversion.strategy",
                    Json.at(spec, "conversion.strategy").toString(),
                    "the lab's API server converts between versions by strategy None alone"));
        }
        int stored = 0;
        for (int i = 0; i < spec.path("versions").size(); i++) {
            JsonNode version = spec.path("versions").get(i);
            stored += version.path("storage").asBoolean() ? 1 : 0;
            JsonNode schema = version.at("/schema/openAPIV3Schema");
            if (!schema.isObject()) {
                causes.add(Cause.required("spec.versions[" + i + "].schema.openAPIV3Schema", "schemas are required"));
            } else if (!schema.path("type").asText().equals("object")) {
                String path = "spec.versions[" + i + "].schema.openAPIV3Schema.type";
                causes.add(Cause.invalid(path, schema.path("type").toString(), "must be object at the root"));
            }
        }
        if (stored != 1) {
            causes.add(Cause.invalid(
                    "spec.versions",
                    stored + " storage versions",
                    "must have exactly one version marked as storage version"));
        }
    }
}
