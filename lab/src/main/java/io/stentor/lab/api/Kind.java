package io.stentor.lab.api;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One kind of object in one version: how it is called, what it has, how it is shown, and its rules.
record Kind(Resource resource, Names names, Shape shape, List<Column> columns, Rules rules) {

    record Names(String kind, String listKind, String singular, List<String> shortNames, List<String> categories) {}

    /// @param namespaced       whether its objects are in namespaces
    /// @param status           whether the status is written apart
    /// @param scale            where the scale subresource reads and writes; null: there is none
    /// @param selectableFields what field selectors may name
    /// @param storageVersion   the version that objects are kept in
    record Shape(
            boolean namespaced,
            boolean status,
            @Nullable ScalePaths scale,
            Set<String> selectableFields,
            String storageVersion) {}

    /// @param selector path to a selector object or to its text; "" for none
    record ScalePaths(String specReplicas, String statusReplicas, String selector) {}

    /// @param type     `string`, `integer`, `number`, `boolean`, `date`
    /// @param format   "", or `name` for the object's name
    /// @param priority 0 always shown, above only with `-o wide`
    /// @param jsonPath where the cell is; "" where [BuiltinColumns] knows
    record Column(String name, String type, String format, int priority, String jsonPath) {}

    boolean isCustom() {
        return rules instanceof CustomRules;
    }

    /// `events.k8s.io` shows the core group's events in another form.
    boolean sharesCoreEvents() {
        return resource.group().equals("events.k8s.io");
    }

    /// Where its objects are kept in the store.
    String table() {
        return sharesCoreEvents() ? Resource.EVENTS.qualified() : resource.qualified();
    }

    Set<String> selectableFields() {
        return shape.selectableFields();
    }

    /// `Pod`, `Deployment.apps`: how a Status with field errors names it.
    String qualifiedKind() {
        return resource.group().isEmpty() ? names.kind() : names.kind() + "." + resource.group();
    }
}
