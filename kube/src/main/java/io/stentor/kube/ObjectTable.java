package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Source;
import io.stentor.model.State;
import java.util.Optional;

/// Objects of one kind as seen, on their way into the state. Owned by one thread.
interface ObjectTable {

    Source source();

    /// The source that has to be synced before anything is told of this one: what leads to rows that are not there yet
    /// leads nowhere, and would take the place of what an earlier agent knew better.
    Optional<Source> after();

    /// An object is there, or has changed.
    void seen(GenericKubernetesResource object);

    void gone(GenericKubernetesResource object);

    /// The state with what changed since the last time.
    State into(State state);

    /// The state without rows that were known before there was a list.
    State alone(State state);

    /// Forgets what [#into] has told; apart from it, because a change to the state has no effect of its own.
    void told();
}
