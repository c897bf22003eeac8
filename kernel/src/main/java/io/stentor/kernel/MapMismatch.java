package io.stentor.kernel;

import io.stentor.kernel.bpf.MapSpec;

/// A map that exists is not the one that was expected there.
public final class MapMismatch extends KernelException {
    private final transient MapSpec expected;
    private final transient MapSpec found;

    /// @param where the pin's path, or the object and map that should share it
    public MapMismatch(String where, MapSpec expected, MapSpec found) {
        super("reuse map", where, Errno.EINVAL, "expected " + expected + ", found " + found);
        this.expected = expected;
        this.found = found;
    }

    public MapSpec expected() {
        return expected;
    }

    public MapSpec found() {
        return found;
    }
}
