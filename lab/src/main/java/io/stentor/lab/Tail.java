package io.stentor.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Reads what is appended to a file. A file that is not there yet has nothing.
final class Tail {

    private final Path file;
    private final byte[] prefix;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long position;

    /// @param prefix put before each line
    Tail(Path file, String prefix) {
        this.file = file;
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    }

    /// Writes the whole lines that came since the last time.
    void drain(OutputStream out) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(position);
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            while (channel.read(buffer) > 0) {
                for (int i = 0; i < buffer.position(); i++) {
                    line.write(buffer.get(i));
                    if (buffer.get(i) == '\n') {
                        out.write(prefix);
                        line.writeTo(out);
                        line.reset();
                    }
                }
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
