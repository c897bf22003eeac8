package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class NamespaceRules implements BuiltinRules.Particular {

    /// The label by which policies select a namespace by its name.
    static final String NAME_LABEL = "kubernetes.io/metadata.name";

    @Override
    public void complete(ObjectNode namespace, @Nullable ObjectNode old) {
        Json.ensure(namespace, "metadata.labels").put(NAME_LABEL, Json.text(namespace, "metadata.name"));
        if (old == null) {
            Json.ensure(namespace, "spec").putArray("finalizers").add("kubernetes");
            namespace.set("status", Json.object().put("phase", "Active"));
        } else {
            // Only the finalize subresource changes these.
            Json.ensure(namespace, "spec")
                    .set("finalizers", Json.at(old, "spec.finalizers").deepCopy());
        }
    }

    @Override
    public void validate(ObjectNode namespace, @Nullable ObjectNode old, List<Cause> causes) {
        String name = Json.text(namespace, "metadata.name");
        if (!Formats.isLabel(name)) {
            causes.add(Cause.invalid("metadata.name", "\"" + name + "\"", "a namespace is named like a DNS label"));
        }
    }
}
