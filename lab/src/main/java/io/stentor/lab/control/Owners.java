package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;

/// Who an object belongs to.
final class Owners {

    private Owners() {}

    /// Makes `owner` the controller of an object.
    static void control(ObjectNode object, JsonNode owner) {
        Json.ensure(object, "metadata")
                .withArray("ownerReferences")
                .addObject()
                .put("apiVersion", owner.path("apiVersion").asText())
                .put("kind", owner.path("kind").asText())
                .put("name", Json.text(owner, "metadata.name"))
                .put("uid", uid(owner))
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    /// The uid of the object's controller, "" if it has none.
    static String controller(JsonNode object) {
        for (JsonNode reference : Json.at(object, "metadata.ownerReferences")) {
            if (reference.path("controller").asBoolean()) {
                return reference.path("uid").asText();
            }
        }
        return "";
    }

    static String uid(JsonNode object) {
        return Json.text(object, "metadata.uid");
    }
}
