package io.stentor.lab;

import java.util.Map;

/// A pod as commands name it.
record PodName(String namespace, String name) {

    /// @throws LabFailure 2 unless it is `NAMESPACE/POD`
    static PodName parse(String text) {
        String[] names = text.split("/", -1);
        if (names.length != 2 || names[0].isEmpty() || names[1].isEmpty()) {
            throw new LabFailure(LabFailure.WRONG_USE, "A pod is named NAMESPACE/POD, not '" + text + "'.");
        }
        return new PodName(names[0], names[1]);
    }

    /// A request's parameters.
    ///
    /// @param container "" for the first
    Map<String, String> parameters(String container) {
        return Map.of("namespace", namespace, "pod", name, "container", container);
    }
}
