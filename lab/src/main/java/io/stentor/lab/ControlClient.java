package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.ControlFrames.Frame;
import io.stentor.lab.api.Json;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;

/// Asks a lab's daemon.
///
/// @param directory of the lab
record ControlClient(LabDirectory directory) {

    /// @throws LabFailure 3 when no daemon answers, 1 with what the daemon says otherwise
    JsonNode ask(String method, Map<String, String> parameters) {
        return tryAsk(method, parameters)
                .orElseThrow(() -> new LabFailure(
                        LabFailure.NOT_REACHABLE,
                        "The lab '" + directory.name() + "' is not running; 'stentor lab up --name " + directory.name()
                                + "' starts it."));
    }

    /// As [#ask], empty when no daemon answers.
    Optional<JsonNode> tryAsk(String method, Map<String, String> parameters) {
        ObjectNode request = Json.object().put("method", method);
        parameters.forEach(request::put);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(directory.socket()));
            ControlFrames.write(channel, new Frame(ControlFrames.REQUEST, request));
            Frame answer = ControlFrames.read(channel);
            if (answer.kind() == ControlFrames.ERROR) {
                throw new LabFailure(
                        answer.body().path("exit").asInt(LabFailure.FAILED),
                        answer.body().path("message").asText());
            }
            return Optional.of(answer.body());
        } catch (IOException nobody) {
            return Optional.empty();
        }
    }
}
