package io.stentor.lab.kubelet;

import io.stentor.lab.api.PodLogs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/// Reads a [ContainerLog] as `kubectl logs` wants it: without the runtime's own columns, from where was asked, and on
/// as long as the container writes.
public final class LogStream extends InputStream {

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final FileChannel file;
    private final PodLogs.Request request;
    private final BooleanSupplier ended;
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private final Instant notBefore;
    private byte[] pending = new byte[0];
    private int next;
    private volatile boolean closed;

    private LogStream(FileChannel file, PodLogs.Request request, BooleanSupplier ended) {
        this.file = file;
        this.request = request;
        this.ended = ended;
        this.notBefore = request.sinceSeconds().isPresent()
                ? Instant.now().minusSeconds(request.sinceSeconds().getAsLong())
                : Instant.EPOCH;
    }

    /// @param ended whether nothing more will be written
    public static LogStream open(Path path, PodLogs.Request request, BooleanSupplier ended) throws IOException {
        LogStream stream = new LogStream(FileChannel.open(path), request, ended);
        byte[] present = stream.more();
        if (request.tailLines().isPresent()) {
            present = lastLines(present, request.tailLines().getAsLong());
        }
        stream.pending = present;
        return stream;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (next == pending.length) {
            // Asked before the last look at the file, so that what was written before the end is still read.
            boolean over = !request.follow() || ended.getAsBoolean();
            try {
                pending = closed ? new byte[0] : more();
            } catch (ClosedChannelException e) {
                return -1;
            }
            next = 0;
            if (pending.length == 0) {
                if (over || closed) {
                    return -1;
                }
                pause();
            }
        }
        int count = Math.min(length, pending.length - next);
        System.arraycopy(pending, next, target, from, count);
        next += count;
        return count;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        }
    }

    /// All complete lines that were not read before, in their outer form.
    private byte[] more() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (file.read(buffer) > 0) {
            for (int i = 0; i < buffer.position(); i++) {
                if (buffer.get(i) == '\n') {
                    unwrap(partial.toByteArray(), out);
                    partial.reset();
                } else {
                    partial.write(buffer.get(i));
                }
            }
            buffer.clear();
        }
        return out.toByteArray();
    }

    /// `TIME stdout F LINE`
    private void unwrap(byte[] record, ByteArrayOutputStream out) {
        int time = indexOf(record, 0);
        int stream = indexOf(record, time + 1);
        if (time < 0 || stream < 0 || record.length < stream + 3) {
            return;
        }
        String stamp = new String(record, 0, time, StandardCharsets.US_ASCII);
        if (Instant.parse(stamp).isBefore(notBefore)) {
            return;
        }
        if (request.timestamps()) {
            out.writeBytes((stamp + " ").getBytes(StandardCharsets.US_ASCII));
        }
        out.write(record, stream + 3, record.length - stream - 3);
        if (record[stream + 1] == 'F') {
            out.write('\n');
        }
    }

    private static int indexOf(byte[] record, int from) {
        for (int i = Math.max(0, from); i < record.length; i++) {
            if (record[i] == ' ') {
                return i;
            }
        }
        return -1;
    }

    static byte[] lastLines(byte[] text, long count) {
        ArrayDeque<Integer> starts = new ArrayDeque<>();
        for (int i = 0; i < text.length; i++) {
            if (i == 0 || text[i - 1] == '\n') {
                starts.add(i);
                if (starts.size() > count) {
                    starts.remove();
                }
            }
        }
        int from = count <= 0 || starts.isEmpty() ? text.length : starts.peek();
        return java.util.Arrays.copyOfRange(text, from, text.length);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        file.close();
    }
}
