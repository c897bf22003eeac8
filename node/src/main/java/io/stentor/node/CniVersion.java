package io.stentor.node;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// The versions of the CNI specification whose requests and results we speak, oldest first.
enum CniVersion {
    V0_1_0,
    V0_2_0,
    V0_3_0,
    V0_3_1,
    V0_4_0,
    V1_0_0,
    V1_1_0;

    static Optional<CniVersion> parse(String text) {
        return Arrays.stream(values()).filter(v -> v.toString().equals(text)).findFirst();
    }

    static String all() {
        return Arrays.stream(values()).map(CniVersion::toString).collect(Collectors.joining(", "));
    }

    boolean atLeast(CniVersion other) {
        return compareTo(other) >= 0;
    }

    /// As requests write it: `1.1.0`.
    @Override
    public String toString() {
        return name().substring(1).replace('_', '.');
    }
}
