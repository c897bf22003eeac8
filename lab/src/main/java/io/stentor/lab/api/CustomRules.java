package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules of custom objects: what their definition's schema says. Expressions (`x-kubernetes-validations`) are
/// accepted in definitions and not evaluated.
final class CustomRules implements Rules {

    private final JsonNode schema;

    CustomRules(JsonNode schema) {
        this.schema = schema;
    }

    JsonNode schema() {
        return schema;
    }

    @Override
    public List<String> prune(ObjectNode object) {
        JsonNode metadata = object.path("metadata");
        List<String> unknown = SchemaShape.prune(schema, object);
        if (metadata instanceof ObjectNode fields) {
            try {
                new TypeCheck(TypeTable.BUILTIN)
                        .prune("ObjectMeta", fields)
                        .forEach(field -> unknown.add("metadata." + field));
            } catch (TypeCheck.MismatchException mismatch) {
                throw ApiException.badRequest("metadata." + mismatch.getMessage());
            }
        }
        return unknown;
    }

    @Override
    public void complete(ObjectNode object, @Nullable ObjectNode old) {
        SchemaShape.fillDefaults(schema, object);
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<Cause> causes) {
        new SchemaCheck(causes).check(schema, object, "");
    }
}
