package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Deployments, ReplicaSets and DaemonSets: what keeps pods of a template.
final class WorkloadRules implements BuiltinRules.Particular {

    @Override
    public void complete(ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode spec = Json.ensure(object, "spec");
        String kind = object.path("kind").asText();
        switch (kind) {
            case "Deployment" -> {
                number(spec, "replicas", 1);
                number(spec, "revisionHistoryLimit", 10);
                number(spec, "progressDeadlineSeconds", 600);
                strategy(Json.ensure(spec, "strategy"), "25%", "25%");
            }
            case "DaemonSet" -> {
                number(spec, "revisionHistoryLimit", 10);
                strategy(Json.ensure(spec, "updateStrategy"), "0", "1");
            }
            default -> number(spec, "replicas", 1);
        }
        if (spec.get("template") instanceof ObjectNode template) {
            PodDefaults.fill(Json.ensure(template, "spec"));
        }
    }

    private static void number(ObjectNode object, String field, int value) {
        if (!object.path(field).isNumber()) {
            object.put(field, value);
        }
    }

    private static void strategy(ObjectNode strategy, String surge, String unavailable) {
        PodDefaults.putIfAbsent(strategy, "type", "RollingUpdate");
        if (strategy.path("type").asText().equals("RollingUpdate")) {
            ObjectNode rolling = Json.ensure(strategy, "rollingUpdate");
            share(rolling, "maxSurge", surge);
            share(rolling, "maxUnavailable", unavailable);
        }
    }

    private static void share(ObjectNode object, String field, String value) {
        if (!object.has(field)) {
            if (value.endsWith("%")) {
                object.put(field, value);
            } else {
                object.put(field, Integer.parseInt(value));
            }
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Cause> causes) {
        JsonNode spec = object.path("spec");
        JsonNode selector = spec.path("selector");
        if (spec.path("replicas").asInt() < 0) {
            causes.add(Cause.invalid(
                    "spec.replicas", spec.path("replicas").toString(), "must be greater than or equal to 0"));
        }
        if (selector.isEmpty()) {
            causes.add(Cause.invalid("spec.selector", "{}", "empty selector is invalid for a workload"));
        } else if (!LabelSelector.of(selector).matches(Json.at(spec, "template.metadata.labels"))) {
            causes.add(Cause.invalid(
                    "spec.template.metadata.labels",
                    Json.at(spec, "template.metadata.labels").toString(),
                    "`selector` does not match template `labels`"));
        }
        if (old != null && !Json.at(old, "spec.selector").equals(selector)) {
            causes.add(Cause.invalid("spec.selector", selector.toString(), "field is immutable"));
        }
        JsonNode pod = Json.at(spec, "template.spec");
        PodRules.specification(pod, "spec.template.spec", causes);
        PodRules.oneOf(pod, "restartPolicy", "spec.template.spec", Set.of("Always"), causes);
    }
}
