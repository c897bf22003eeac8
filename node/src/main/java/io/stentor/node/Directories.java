package io.stentor.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/// Directories of our state: for root alone, and as durable as their files. A file is whole or not there.
final class Directories {
    private Directories() {}

    /// Makes a directory and its parents; the directory itself is 0700.
    static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /// Makes a directory and its parents on the host; the ledger knows of each that was missing.
    static void make(Path directory, Ledger ledger) throws IOException {
        for (Path missing : missing(directory)) {
            ledger.enter(new Ledger.Made(missing));
        }
        Files.createDirectories(directory);
    }

    /// What [Files#createDirectories] would make, the outermost first.
    static List<Path> missing(Path directory) {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path path = directory.toAbsolutePath(); path != null && Files.notExists(path); path = path.getParent()) {
            missing.addFirst(path);
        }
        return List.copyOf(missing);
    }

    /// Deletes a directory and all that is in it, or a file; nothing where nothing is.
    static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> entries = Files.list(path)) {
                for (Path entry : entries.toList()) {
                    delete(entry);
                }
            }
        }
        Files.deleteIfExists(path);
    }

    /// Makes the names in it durable: syncing a file keeps its content, not its name.
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Writes a file so that a crash at any moment leaves the old content or the new.
    static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        sync(file.toAbsolutePath().getParent());
    }
}
