package io.stentor.lab.control;

import io.stentor.lab.api.ObjectApi;

/// All controllers of a lab: scheduling, Deployments, ReplicaSets, DaemonSets, EndpointSlices, namespaces and their
/// service accounts, node CIDRs and lifecycle, collection of what nobody owns any more.
public final class Controllers implements AutoCloseable {

    private Controllers() {}

    public static Controllers start(ObjectApi api, ControlConfig config) {
        return absent();
    }

    @SuppressWarnings("DoNotCallSuggester")
    private static Controllers absent() {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public void close() {}
}
