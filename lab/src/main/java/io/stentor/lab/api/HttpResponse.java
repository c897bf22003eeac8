package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/// What is answered: a body, or a stream that ends when its writer returns or the client goes.
sealed interface HttpResponse {

    String JSON = "application/json";

    /// @param warnings sentences for the client's user, sent as `Warning` headers
    @SuppressWarnings("ArrayRecordComponent") // Responses are never compared.
    record Whole(int status, String contentType, byte[] body, List<String> warnings) implements HttpResponse {}

    record Stream(String contentType, Writer writer) implements HttpResponse {}

    @FunctionalInterface
    interface Writer {

        /// Each flush sends what was written. The thread is interrupted when the client has gone.
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    static HttpResponse json(int status, JsonNode node) {
        return new Whole(status, JSON, Json.bytes(node), List.of());
    }

    static HttpResponse text(int status, String text) {
        return new Whole(
                status, "text/plain; charset=utf-8", text.getBytes(java.nio.charset.StandardCharsets.UTF_8), List.of());
    }
}
