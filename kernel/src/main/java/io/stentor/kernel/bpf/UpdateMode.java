package io.stentor.kernel.bpf;

/// What an update demands of the key.
public enum UpdateMode {
    /// Make or replace.
    ANY(0),
    /// Make; EEXIST if it is there.
    NOEXIST(1),
    /// Replace; ENOENT if it is not there.
    EXIST(2);

    private final int flag;

    UpdateMode(int flag) {
        this.flag = flag;
    }

    /// The number in `linux/bpf.h`.
    public int flag() {
        return flag;
    }
}
