package io.stentor.lab.real;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.kube.RawApi;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a server's answers mean.
final class Answers {

    private static final int REFUSED = 400;
    private static final int SHOWN = 200;

    private Answers() {}

    /// The object that was asked for.
    ///
    /// @throws ApiException with the Status that the server gives instead, or with what stands there
    static ObjectNode object(RawApi.Answer answer) {
        if (answer.status() >= REFUSED) {
            throw refused(answer);
        }
        return parsed(answer)
                .orElseThrow(() -> new ApiException(
                        502,
                        "BadGateway",
                        "what answers at the API server's address is none: " + shortened(answer),
                        Json.object()));
    }

    /// What a Status says, or what stands there instead: a proxy's page.
    private static ApiException refused(RawApi.Answer answer) {
        ObjectNode status = parsed(answer).orElseGet(Json::object);
        String message = status.path("message").asText("");
        return new ApiException(
                answer.status(),
                status.path("reason").asText(""),
                message.isEmpty() ? "the API server answers " + answer.status() + ": " + shortened(answer) : message,
                status.path("details") instanceof ObjectNode details ? details : Json.object());
    }

    private static Optional<ObjectNode> parsed(RawApi.Answer answer) {
        try {
            return Json.parse(answer.body().getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (ApiException noJson) {
            return Optional.empty();
        }
    }

    private static String shortened(RawApi.Answer answer) {
        String line = answer.body().replaceAll("\\s+", " ").strip();
        return line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
    }
}
