package io.stentor.lab.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Sends what is written between two flushes as one chunk (RFC 9112 7.1).
final class ChunkedOutput extends OutputStream {

    private static final byte[] LINE_END = {'\r', '\n'};
    private static final int LARGE = 64 << 10;

    private final OutputStream out;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    ChunkedOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) {
        pending.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        pending.write(bytes, offset, length);
        if (pending.size() >= LARGE) {
            flush();
        }
    }

    @Override
    public void flush() throws IOException {
        if (pending.size() > 0) {
            out.write(Integer.toHexString(pending.size()).getBytes(StandardCharsets.US_ASCII));
            out.write(LINE_END);
            pending.writeTo(out);
            out.write(LINE_END);
            pending.reset();
        }
        out.flush();
    }
}
