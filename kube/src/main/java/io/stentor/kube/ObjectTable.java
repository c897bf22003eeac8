package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

/// Objects of one kind as seen, on their way into the state. Owned by one thread.
interface ObjectTable extends StateTable {

    /// An object is there, or has changed.
    void seen(GenericKubernetesResource object);

    void gone(GenericKubernetesResource object);
}
