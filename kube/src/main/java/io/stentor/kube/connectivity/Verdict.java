package io.stentor.kube.connectivity;

import java.util.List;

/// What became of a case.
public sealed interface Verdict {

    record Passed() implements Verdict {}

    /// @param findings what was tried from where to where, what was expected and what was seen; a line each
    record Failed(List<String> findings) implements Verdict {}

    record Skipped(String reason) implements Verdict {}

    Verdict PASSED = new Passed();

    /// @param findings as of what failed; none: it passed
    static Verdict of(List<String> findings) {
        return findings.isEmpty() ? PASSED : new Failed(findings);
    }
}
