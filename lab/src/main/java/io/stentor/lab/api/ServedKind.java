package io.stentor.lab.api;

/// A kind that the API serves, in the version in which it prefers to.
public record ServedKind(Resource resource, String kind, boolean namespaced) {}
