package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;

/// The agent's socket as its client sees it: one request a connection.
///
/// Frames, both ways: u32 big-endian length of what follows (at most 1 MiB), u8 kind, payload in UTF-8. Kinds: `q`
/// request, `r` final result, `e` final error, `s` an array of rows, more to come.
record AgentClient(Path socket) {
    private static final int LIMIT = 1 << 20;

    /// Asks for what is answered by a result alone.
    JsonNode ask(ObjectNode request) throws Failure {
        return ask(request, row -> true);
    }

    /// Asks, and gives each row to `rows` as it comes.
    ///
    /// @param rows answers whether it wants more
    /// @return the result; the rows' last when no more were wanted
    JsonNode ask(ObjectNode request, Predicate<JsonNode> rows) throws Failure {
        try (SocketChannel channel = connect()) {
            send(channel, Json.text(request).getBytes(StandardCharsets.UTF_8));
            DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
            while (true) {
                int length = in.readInt();
                if (length < 1 || length > LIMIT) {
                    throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes");
                }
                int kind = in.readUnsignedByte();
                JsonNode payload = Json.parse(payload(in, length - 1));
                switch (kind) {
                    case 'r' -> {
                        return payload;
                    }
                    case 'e' ->
                        throw new Failure(
                                ExitCode.FAILED, payload.path("message").asText(payload.toString()));
                    case 's' -> {
                        for (JsonNode row : payload) {
                            if (!rows.test(row)) {
                                return row;
                            }
                        }
                    }
                    default -> throw new IOException("a frame of kind " + kind);
                }
            }
        } catch (EOFException ended) {
            throw new Failure(ExitCode.NOT_REACHABLE, "the agent closed the connection before it had answered");
        } catch (IOException broken) {
            throw new Failure(ExitCode.NOT_REACHABLE, "talking to the agent at " + socket + ": " + broken.getMessage());
        }
    }

    private static byte[] payload(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private SocketChannel connect() throws Failure {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException refused) {
            String reason = Files.exists(socket) ? refused.getMessage() : "there is no such socket";
            throw new Failure(
                    ExitCode.NOT_REACHABLE,
                    "no agent answers at " + socket + " (" + reason
                            + "). Is one running on this node, and are you root?"
                            + " --socket or STENTOR_SOCKET name another place.");
        }
    }

    private static void send(SocketChannel channel, byte[] request) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(5 + request.length)
                .putInt(request.length + 1)
                .put((byte) 'q')
                .put(request)
                .flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }
}
