package io.stentor.node;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/// One message of the agent's socket: u32 big-endian length of what follows, u8 kind, payload.
///
/// @param kind    one of the constants
/// @param payload UTF-8, whole
@SuppressWarnings("ArrayRecordComponent") // moved, never compared
record Frame(char kind, byte[] payload) {
    static final int LIMIT = 1 << 20;

    static final char REQUEST = 'q';
    static final char RESULT = 'r';
    static final char ERROR = 'e';
    static final char ITEM = 's';

    /// A message that cannot be one of ours. The text is for the peer.
    static final class Malformed extends IOException {
        Malformed(String reason) {
            super(reason);
        }
    }

    /// Reads one frame; memory is taken as bytes arrive, so that a length alone costs nothing.
    ///
    /// @throws EOFException if the peer ended before a whole frame
    /// @throws Malformed    if the length is 0 or beyond [#LIMIT]
    static Frame read(ReadableByteChannel channel) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(5);
        fill(channel, head);
        long length = Integer.toUnsignedLong(head.getInt(0));
        if (length < 1 || length > LIMIT) {
            throw new Malformed("a frame has 1 to " + LIMIT + " bytes, not " + length);
        }
        int expected = (int) length - 1;
        ByteBuffer payload = ByteBuffer.allocate(Math.min(expected, 8192));
        while (true) {
            fill(channel, payload);
            if (payload.capacity() == expected) {
                return new Frame((char) (head.get(4) & 0xff), payload.array());
            }
            payload.flip();
            payload = ByteBuffer.allocate(Math.min(expected, payload.capacity() * 4))
                    .put(payload);
        }
    }

    /// @throws IllegalArgumentException if the payload does not fit; long answers are streams of items
    static ByteBuffer encode(char kind, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        if (bytes.length + 1 > LIMIT) {
            throw new IllegalArgumentException("the answer has " + bytes.length + " bytes, a frame at most " + LIMIT);
        }
        return ByteBuffer.allocate(5 + bytes.length)
                .putInt(bytes.length + 1)
                .put((byte) kind)
                .put(bytes)
                .flip();
    }

    private static void fill(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the peer ended in the middle of a frame");
            }
        }
    }
}
