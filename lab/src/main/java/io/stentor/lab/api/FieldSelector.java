package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// A condition on fields: `spec.nodeName=worker-1,status.phase!=Running`.
final class FieldSelector {

    private final List<Requirement> requirements;

    private FieldSelector(List<Requirement> requirements) {
        this.requirements = requirements;
    }

    private record Requirement(String field, String value, boolean equal) {}

    /// @param kind says which fields can be selected by
    /// @throws ApiException 400 for a field that cannot
    static FieldSelector parse(String text, Kind kind) {
        List<Requirement> all = new ArrayList<>();
        for (String term : text.split(",", -1)) {
            if (term.isBlank()) {
                continue;
            }
            int equals = term.indexOf('=');
            if (equals <= 0) {
                throw ApiException.badRequest("invalid field selector \"" + term + "\": no = or != in it");
            }
            boolean negated = term.charAt(equals - 1) == '!';
            String field = term.substring(0, negated ? equals - 1 : equals).trim();
            String value = term.substring(equals + 1).trim();
            value = value.startsWith("=") ? value.substring(1).trim() : value;
            if (!kind.selectableFields().contains(field)) {
                throw ApiException.badRequest("field label not supported: " + field);
            }
            all.add(new Requirement(field, value, !negated));
        }
        return new FieldSelector(all);
    }

    boolean matches(JsonNode object) {
        for (Requirement requirement : requirements) {
            JsonNode value = Json.at(object, requirement.field());
            // A flag that is not there is false.
            String text = value.isMissingNode() && requirement.value().equals("false") ? "false" : value.asText("");
            if (text.equals(requirement.value()) != requirement.equal()) {
                return false;
            }
        }
        return true;
    }
}
