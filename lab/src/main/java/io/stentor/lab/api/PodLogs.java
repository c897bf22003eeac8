package io.stentor.lab.api;

import java.io.InputStream;
import java.util.OptionalLong;

/// Where the server gets what containers have written; the lab's kubelets answer.
@FunctionalInterface
public interface PodLogs {

    /// One container's output.
    ///
    /// @param node         the node the pod is bound to
    /// @param container    never empty: the server has chosen the only container if the client named none
    /// @param follow       the stream goes on until the container ends or the stream is closed (by another thread)
    /// @param tailLines    only so many of the last lines
    /// @param previous     the instance before the last restart
    /// @param timestamps   each line begins with its RFC 3339 time and a space
    /// @param sinceSeconds only lines not older
    record Request(
            ObjectName pod,
            String uid,
            String node,
            String container,
            boolean follow,
            OptionalLong tailLines,
            boolean previous,
            boolean timestamps,
            OptionalLong sinceSeconds) {}

    /// The bytes as the container wrote them; closing the stream ends a follow.
    ///
    /// @throws ApiException 400 with a sentence when the container has not started, or has no previous instance
    InputStream open(Request request);
}
