package io.stentor.model;

/// Which pod. The uid tells a pod from its successor of the same name.
public record PodName(String namespace, String name, String uid) {

    /// `namespace/name`, as people write it.
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
