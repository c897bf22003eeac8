package io.stentor.kernel.bpf;

/// What an update demands of the key; the order is that of `linux/bpf.h`.
public enum UpdateMode {
    /// Make or replace.
    ANY,
    /// Make; EEXIST if it is there.
    NOEXIST,
    /// Replace; ENOENT if it is not there.
    EXIST
}
