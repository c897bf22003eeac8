package io.stentor.kernel;

/// This kernel lacks something that was asked for.
public final class NotSupported extends KernelException {
    private final String feature;
    private final String since;

    /// @param feature what is missing
    /// @param since   the kernel that has it: a version such as `6.6`, or the name of a build option
    public NotSupported(String feature, String since) {
        super("use", feature, Errno.EOPNOTSUPP, "this kernel does not have it; " + since + " has");
        this.feature = feature;
        this.since = since;
    }

    public String feature() {
        return feature;
    }

    public String since() {
        return since;
    }
}
