package io.stentor.lab.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The mounts that this process sees.
final class Mounts {

    private Mounts() {}

    /// All mount points, in the order in which they were mounted.
    static List<Path> read() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/mountinfo")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> parse(List<String> mountinfo) {
        return mountinfo.stream()
                .map(line -> Path.of(line.split(" ", 6)[4].replace("\\040", " ")))
                .toList();
    }

    /// The mount points below a directory, the last mounted first.
    static List<Path> below(Path directory) {
        return read().reversed().stream()
                .filter(mount -> mount.startsWith(directory) && !mount.equals(directory))
                .toList();
    }
}
