package io.stentor.kube;

import io.stentor.model.Problem;
import java.util.List;

/// What came of reading a program's configuration.
///
/// @param <S> the program's settings
public sealed interface Reading<S> {

    /// The program can start.
    ///
    /// @param settings checked, defaults filled in
    /// @param problems what the user should know all the same: unknown keys, keys that have no effect here
    record Accepted<S>(S settings, List<Problem> problems) implements Reading<S> {}

    /// The program must not start (exit 2).
    ///
    /// @param problems everything that is wrong, not only the first
    record Refused<S>(List<Problem> problems) implements Reading<S> {}

    /// `--help` was asked for (exit 0).
    ///
    /// @param text what to print on standard output
    record HelpWanted<S>(String text) implements Reading<S> {}
}
