package io.stentor.node;

import java.io.IOException;
import java.util.Optional;

/// One thing that is taken away, or put back as it was. Taking it twice does no harm: what is done already is left.
///
/// @param kind   what it is: `link`, `route`, `sysctl`, …
/// @param object which one
/// @param change what becomes of it, in words
/// @param work   does it
public record Step(String kind, String object, String change, Work work) {

    @FunctionalInterface
    public interface Work {
        /// @return why it was left as it is; empty when it was done
        /// @throws IOException                        if it cannot be done
        /// @throws io.stentor.kernel.KernelException  if the kernel refuses it
        /// @throws java.io.UncheckedIOException       if pins cannot be removed
        Optional<String> run() throws IOException;
    }

    static Step of(String kind, String object, String change, Undo undo) {
        return new Step(kind, object, change, () -> {
            undo.run();
            return Optional.empty();
        });
    }

    @FunctionalInterface
    interface Undo {
        void run() throws IOException;
    }
}
