package io.stentor.agent;

/// Why the agent does not begin: a sentence that says what to do, and what its process ends with.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    /// The machine cannot do it.
    static final int FAILED = 1;

    /// The user should have it otherwise; to start again as it is would be of no use.
    static final int WRONG_USE = 2;

    private final int exitCode;

    Refusal(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
