package io.stentor.cli;

/// Ends a command with a sentence for its user.
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    Failure(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
