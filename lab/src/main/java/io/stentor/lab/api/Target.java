package io.stentor.lab.api;

import java.util.List;
import java.util.Optional;

/// What a path of the API is about.
///
/// @param namespace   "" for none, or for all
/// @param name        "" for the whole collection
/// @param subresource "" for the object itself
record Target(Resource resource, String namespace, String name, String subresource) {

    /// Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`; empty for other paths and for discovery.
    static Optional<Target> of(List<String> segments) {
        boolean core = !segments.isEmpty() && segments.getFirst().equals("api");
        int from = core ? 2 : 3;
        if (segments.size() <= from || (!core && !segments.getFirst().equals("apis"))) {
            return Optional.empty();
        }
        String group = core ? "" : segments.get(1);
        String version = segments.get(from - 1);
        List<String> rest = segments.subList(from, segments.size());
        String namespace = "";
        boolean within = rest.size() > 2
                && rest.getFirst().equals("namespaces")
                && !(rest.size() == 3
                        && (rest.get(2).equals("status") || rest.get(2).equals("finalize")));
        if (within) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        String name = rest.size() > 1 ? rest.get(1) : "";
        String subresource = rest.size() > 2 ? String.join("/", rest.subList(2, rest.size())) : "";
        return Optional.of(new Target(new Resource(group, version, rest.getFirst()), namespace, name, subresource));
    }

    ObjectName objectName() {
        return new ObjectName(namespace, name);
    }
}
