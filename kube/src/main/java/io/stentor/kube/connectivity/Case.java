package io.stentor.kube.connectivity;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// One promise of the network.
///
/// @param name     as users choose it
/// @param sentence what is promised
/// @param needs    without which it is skipped
/// @param body     how it is tried
public record Case(String name, String sentence, Set<Need> needs, Body body) {

    /// How a promise is tried.
    sealed interface Body {

        /// Questions, asked side by side with those of other cases.
        record Questions(Function<Scene, List<Task>> tasks) implements Body {}

        /// Pods come and go while others look.
        record Lifecycle() implements Body {}

        /// Agents are restarted under traffic.
        record Restart() implements Body {}
    }

    static Case of(String name, String sentence, Set<Need> needs, Function<Scene, List<Task>> tasks) {
        return new Case(name, sentence, needs, new Body.Questions(tasks));
    }

    /// Why it cannot be had.
    Optional<String> missing(Scene scene) {
        return needs.stream()
                .sorted()
                .flatMap(need -> need.missing(scene).stream())
                .findFirst();
    }
}
