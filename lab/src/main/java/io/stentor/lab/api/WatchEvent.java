package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// One thing that happened to an object.
///
/// @param object its state after the change, before it for [Type#DELETED]; a Status for [Type#ERROR]; shared, not to
///               be changed
public record WatchEvent(Type type, ObjectNode object) {

    public enum Type {
        ADDED,
        MODIFIED,
        DELETED,
        BOOKMARK,
        ERROR
    }
}
