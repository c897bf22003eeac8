package io.stentor.lab.kubelet;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/// Writes what a container prints, each line with its time, as container runtimes do: `TIME stdout F LINE`, or `P` for
/// a line that goes on. A file that has become too large is put aside, and replaced the next time.
final class ContainerLog {

    /// What a chatty container may take of a file system that is often memory.
    static final long LIMIT = 16 << 20;

    private static final int LONGEST_LINE = 16 << 10;

    private ContainerLog() {}

    /// The file of one instance.
    ///
    /// @param pod      the pod's folder
    /// @param restarts number of the instance, from 0
    static Path file(Path pod, String container, int restarts) {
        return pod.resolve("logs").resolve(container).resolve(restarts + ".log");
    }

    /// Copies a process's output into a file until it ends, on a thread of its own.
    static Thread pump(InputStream from, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        OutputStream out = open(file);
        return Thread.ofPlatform().daemon().name("log").start(() -> {
            try (from) {
                copy(from, file, out);
            } catch (IOException ended) {
                // The pipe broke or the pod's folder is gone: there is nothing to keep.
            }
        });
    }

    private static OutputStream open(Path file) throws IOException {
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    private static void copy(InputStream from, Path file, OutputStream first) throws IOException {
        OutputStream out = first;
        long written = 0;
        byte[] buffer = new byte[LONGEST_LINE];
        int filled = 0;
        try {
            while (true) {
                int read = from.read(buffer, filled, buffer.length - filled);
                int end = filled + Math.max(0, read);
                int line = 0;
                for (int i = filled; i < end; i++) {
                    if (buffer[i] == '\n') {
                        written += write(out, buffer, line, i, 'F');
                        line = i + 1;
                    }
                }
                boolean full = line == 0 && end == buffer.length;
                if (full || (read < 0 && line < end)) {
                    written += write(out, buffer, line, end, 'P');
                    line = end;
                }
                System.arraycopy(buffer, line, buffer, 0, end - line);
                filled = end - line;
                out.flush();
                if (read < 0) {
                    return;
                }
                if (written > LIMIT) {
                    out.close();
                    Files.move(
                            file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
                    out = open(file);
                    written = 0;
                }
            }
        } finally {
            out.close();
        }
    }

    private static int write(OutputStream out, byte[] buffer, int from, int to, char tag) throws IOException {
        byte[] head = (Instant.now() + " stdout " + tag + " ").getBytes(StandardCharsets.US_ASCII);
        out.write(head);
        out.write(buffer, from, to - from);
        out.write('\n');
        return head.length + to - from + 1;
    }
}
