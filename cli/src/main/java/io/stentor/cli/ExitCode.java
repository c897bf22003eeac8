package io.stentor.cli;

/// What the shell is told.
final class ExitCode {
    static final int FINE = 0;
    static final int FAILED = 1;
    /// A command line that cannot be meant so.
    static final int WRONG_USE = 2;
    static final int NOT_REACHABLE = 3;

    private ExitCode() {}
}
