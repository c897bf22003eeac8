package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;

/// Where an object is within its resource.
///
/// @param namespace "" for objects of the whole cluster
public record ObjectName(String namespace, String name) implements Comparable<ObjectName> {

    public static ObjectName of(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new ObjectName(
                metadata.path("namespace").asText(""), metadata.path("name").asText(""));
    }

    @Override
    public int compareTo(ObjectName other) {
        int order = namespace.compareTo(other.namespace);
        return order != 0 ? order : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
