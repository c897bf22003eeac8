package io.stentor.kube;

import io.stentor.model.Problem;
import java.util.List;

/// What one object came to.
///
/// @param rows     those parts of it that make sense
/// @param problems those that do not
public record Translated<R>(R rows, List<Problem> problems) {

    public Translated {
        problems = List.copyOf(problems);
    }
}
