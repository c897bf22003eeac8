package io.stentor.lab;

/// A command that could not do what was asked; its message is a whole sentence for the person who asked.
public final class LabFailure extends RuntimeException {

    /// Exit codes of all programs: fine, failed, wrong use or configuration, not reachable.
    public static final int FAILED = 1;

    public static final int WRONG_USE = 2;
    public static final int NOT_REACHABLE = 3;

    private final int exitCode;

    public LabFailure(String message) {
        this(FAILED, message);
    }

    public LabFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
