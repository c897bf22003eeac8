package io.stentor.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;

/// The way back to whoever asked over the agent's socket. Used by one thread at a time.
public interface Reply {

    /// One item of a stream, sent at once.
    ///
    /// @throws IOException if the asker is gone
    void item(String payload) throws IOException;

    /// The end of a request that succeeded.
    ///
    /// @param payload sent as it is; JSON by convention
    /// @throws IOException if the asker is gone
    void result(String payload) throws IOException;

    /// The end of a request that failed.
    ///
    /// @param error a JSON object; its shape is the method's
    /// @throws IOException if the asker is gone
    void error(JsonNode error) throws IOException;

    /// Whether the asker is still there. Streams that have nothing to send for a while look here.
    boolean open();

    /// As [#error] with `{"message": sentence}`, the shape that the CLI prints.
    ///
    /// @throws IOException if the asker is gone
    default void refuse(String sentence) throws IOException {
        error(JsonNodeFactory.instance.objectNode().put("message", sentence));
    }
}
