package io.stentor.lab.api;

import java.util.List;

/// Who asks.
///
/// @param name "" for nobody known, who may ask for `/healthz` and `/version` alone
record Caller(String name, List<String> groups) {

    static final Caller ANONYMOUS = new Caller("", List.of());

    boolean isKnown() {
        return !name.isEmpty();
    }
}
