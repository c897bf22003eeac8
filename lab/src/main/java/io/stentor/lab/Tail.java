package io.stentor.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Reads what is appended to a file. A file that is not there yet has nothing.
final class Tail {

    private final Path file;
    private long position;

    Tail(Path file) {
        this.file = file;
    }

    /// Writes what came since the last time.
    void drain(OutputStream out) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(position);
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            while (channel.read(buffer) > 0) {
                out.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            position = channel.position();
        }
        out.flush();
    }

    /// What a program said last.
    static String lastLine(Path file) {
        try {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            return (lines.isEmpty() ? "it said nothing" : lines.getLast()) + " (" + file + ")";
        } catch (IOException e) {
            return "see " + file;
        }
    }
}
