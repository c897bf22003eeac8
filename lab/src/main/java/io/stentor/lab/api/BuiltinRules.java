package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules of a built-in kind: its types, then what is particular to it.
///
/// @param type its name in [TypeTable]
record BuiltinRules(String type, Particular particular) implements Rules {

    /// What holds for one kind beyond its types.
    interface Particular {

        Particular NONE = new Particular() {};

        default void complete(ObjectNode object, @Nullable ObjectNode old) {}

        default void validate(ObjectNode object, @Nullable ObjectNode old, List<Cause> causes) {}
    }

    static Particular ofKind(Resource resource, ServiceRules services) {
        return switch (resource.qualified()) {
            case "namespaces" -> new NamespaceRules();
            case "pods" -> new PodRules();
            case "services" -> services;
            case "secrets" -> new SecretRules();
            case "deployments.apps", "replicasets.apps", "daemonsets.apps" -> new WorkloadRules();
            case "customresourcedefinitions.apiextensions.k8s.io" -> new DefinitionRules();
            default -> Particular.NONE;
        };
    }

    @Override
    public List<String> prune(ObjectNode object) {
        return new TypeCheck(TypeTable.BUILTIN).prune(type, object);
    }

    @Override
    public void complete(ObjectNode object, @Nullable ObjectNode old) {
        particular.complete(object, old);
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Cause> causes) {
        new TypeCheck(TypeTable.BUILTIN).required(type, object, "", causes);
        if (causes.isEmpty()) {
            particular.validate(object, old, causes);
        }
    }
}
