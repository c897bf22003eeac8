package io.stentor.kube.connectivity;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// All cases, in the order in which they are told.
public final class Catalogue {

    static final String LIFECYCLE = "pod-lifecycle";
    static final String RESTART = "agent-restart";

    private static final List<Case> ALL = Stream.of(
                    Reaching.cases(),
                    Errors.cases(),
                    Forging.cases(),
                    Stream.of(
                            new Case(
                                    LIFECYCLE,
                                    "a new pod is reachable once it is ready, and not any more once it is gone",
                                    Set.of(),
                                    new Case.Body.Lifecycle()),
                            new Case(
                                    RESTART,
                                    "restarts of the agents lose no packet and no connection",
                                    Set.of(),
                                    new Case.Body.Restart())))
            .flatMap(cases -> cases)
            .toList();

    private Catalogue() {}

    public static List<Case> all() {
        return ALL;
    }

    /// Those that are chosen; all, if no choice is made.
    public static List<Case> chosen(List<Choice> choices) {
        return ALL.stream().filter(each -> Choice.takes(choices, each.name())).toList();
    }
}
