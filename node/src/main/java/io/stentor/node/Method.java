package io.stentor.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/// One thing that the agent's socket answers, registered under the name that requests carry in `method`.
@FunctionalInterface
public interface Method {

    /// Answers a request: any number of [Reply#item], then one [Reply#result] or [Reply#error].
    ///
    /// Runs on a virtual thread of its own; what enters a namespace or waits in the kernel moves to a platform
    /// thread. Returning without an end is answered by the socket with an error, and so is a runtime exception.
    ///
    /// @param request the whole request, a JSON object
    /// @throws IOException if the asker went away; the socket closes the connection
    void handle(JsonNode request, Reply reply) throws IOException;
}
