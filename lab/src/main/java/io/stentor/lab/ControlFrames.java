package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/// Requests to the lab's daemon and its answers, framed as on the agent's socket: a big-endian u32 with the length of
/// the rest, one byte that says what it is (`q` request, `r` result, `e` error), then JSON.
final class ControlFrames {

    static final char REQUEST = 'q';
    static final char RESULT = 'r';
    static final char ERROR = 'e';

    private static final int LIMIT = 1 << 20;

    private ControlFrames() {}

    record Frame(char kind, JsonNode body) {}

    static void write(SocketChannel channel, Frame frame) throws IOException {
        byte[] body = Json.bytes(frame.body());
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel));
        byte[] all = new byte[5 + body.length];
        int length = body.length + 1;
        for (int i = 0; i < 4; i++) {
            all[i] = (byte) (length >>> (24 - 8 * i));
        }
        all[4] = (byte) frame.kind();
        System.arraycopy(body, 0, all, 5, body.length);
        out.write(all);
    }

    static Frame read(SocketChannel channel) throws IOException {
        DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
        int length = in.readInt();
        if (length < 1 || length > LIMIT) {
            throw new IOException("a message of " + length + " bytes");
        }
        char kind = (char) in.readUnsignedByte();
        return new Frame(kind, Json.parse(in.readNBytes(length - 1)));
    }
}
