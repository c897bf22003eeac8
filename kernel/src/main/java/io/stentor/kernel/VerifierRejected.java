package io.stentor.kernel;

/// The kernel's verifier (or the loading of a program) said no.
///
/// [#detail] is the end of its log, where the reason stands; [#log] all of it.
public final class VerifierRejected extends KernelException {
    private static final int SHOWN_LINES = 20;

    private final String program;
    private final String log;

    public VerifierRejected(String program, int errno, String log) {
        super("BPF_PROG_LOAD", program, errno, end(log));
        this.program = program;
        this.log = log;
    }

    public String program() {
        return program;
    }

    public String log() {
        return log;
    }

    private static String end(String log) {
        var lines = log.strip().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }
}
