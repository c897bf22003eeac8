package io.stentor.model.breach;

import com.fasterxml.jackson.databind.JsonNode;

/// A fact that is JSON.
public record UsesALibrary(JsonNode text) {}
