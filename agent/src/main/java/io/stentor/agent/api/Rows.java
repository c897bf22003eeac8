package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.node.Reply;
import java.io.IOException;

/// A list on its way to the asker, in items of several rows: tables may be larger than a frame, and one row an item
/// would be a system call each.
final class Rows {
    /// Characters of one item: well below a frame's limit, whatever they take in UTF-8.
    private static final int ENOUGH = 64 * 1024;

    private final Reply reply;
    private final StringBuilder waiting = new StringBuilder();
    private long count;

    Rows(Reply reply) {
        this.reply = reply;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    void add(JsonNode row) throws IOException {
        waiting.append(waiting.isEmpty() ? '[' : ',').append(row);
        count++;
        if (waiting.length() >= ENOUGH) {
            flush();
        }
    }

    void flush() throws IOException {
        if (!waiting.isEmpty()) {
            reply.item(waiting.append(']').toString());
            waiting.setLength(0);
        }
    }

    /// Ends the reply with how many rows there would be more.
    void end(long left) throws IOException {
        flush();
        reply.result(object().put("count", count).put("left", left).toString());
    }

    /// Ends the reply.
    void end() throws IOException {
        flush();
        reply.result(object().put("count", count).toString());
    }
}
