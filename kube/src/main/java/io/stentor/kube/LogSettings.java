package io.stentor.kube;

/// @param debug verbose
/// @param json  one JSON object a record instead of text (`log-opt format=json`)
public record LogSettings(boolean debug, boolean json) {}
