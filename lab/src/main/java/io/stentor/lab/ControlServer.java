package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.ControlFrames.Frame;
import io.stentor.lab.api.Json;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.function.Function;

/// Answers [ControlClient] on a unix socket in the lab's directory, which is root's alone.
final class ControlServer implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("control");

    private final ServerSocketChannel server;
    private final Function<JsonNode, JsonNode> answers;

    private ControlServer(ServerSocketChannel server, Function<JsonNode, JsonNode> answers) {
        this.server = server;
        this.answers = answers;
    }

    /// @param answers from request to result; a [LabFailure] becomes the answer
    static ControlServer start(LabDirectory directory, Function<JsonNode, JsonNode> answers) throws IOException {
        Files.deleteIfExists(directory.socket());
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(directory.socket()));
        ControlServer server = new ControlServer(channel, answers);
        Thread.ofVirtual().name("control").start(server::accept);
        return server;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                // Answers wait for processes and enter namespaces: no work for a virtual thread.
                Thread.ofPlatform().daemon().name("control-request").start(() -> serve(client));
            }
        } catch (ClosedChannelException closed) {
            // The lab ends.
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "The lab takes no more commands", e);
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            Frame request = ControlFrames.read(client);
            ControlFrames.write(client, answer(request));
        } catch (IOException gone) {
            LOG.log(System.Logger.Level.DEBUG, "a client went away", gone);
        }
    }

    private Frame answer(Frame request) {
        try {
            return new Frame(ControlFrames.RESULT, answers.apply(request.body()));
        } catch (LabFailure refused) {
            return new Frame(
                    ControlFrames.ERROR,
                    Json.object().put("exit", refused.exitCode()).put("message", refused.getMessage()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "request failed", e);
            return new Frame(
                    ControlFrames.ERROR,
                    Json.object().put("exit", LabFailure.FAILED).put("message", e.toString()));
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException ignored) {
            // It is closed either way.
        }
    }
}
