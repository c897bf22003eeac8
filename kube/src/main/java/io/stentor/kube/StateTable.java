package io.stentor.kube;

import io.stentor.model.Source;
import io.stentor.model.State;
import java.util.Set;

/// What is known of objects, on its way into the state. Owned by one thread.
interface StateTable {

    Source source();

    /// The sources that have to be synced before anything is told of this one: what leads to rows that are not there
    /// yet leads nowhere, and would take the place of what an earlier agent knew better.
    Set<Source> after();

    /// The state with what changed since the last time.
    State into(State state);

    /// The state without rows that were known before there was a list.
    State alone(State state);

    /// Forgets what [#into] has told; apart from it, because a change to the state has no effect of its own.
    void told();
}
