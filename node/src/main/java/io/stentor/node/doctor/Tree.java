package io.stentor.node.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The host's files, as far as they can be read.
///
/// @param root `/`
record Tree(Path root) {

    /// @param path without the first slash
    Optional<String> read(String path) {
        try {
            return Optional.of(Files.readString(root.resolve(path)).strip());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    List<String> lines(String path) {
        return read(path).map(text -> text.lines().toList()).orElse(List.of());
    }

    boolean has(String path) {
        return Files.exists(root.resolve(path));
    }

    /// Of a directory, in their order.
    List<String> names(String path) {
        try (Stream<Path> entries = Files.list(root.resolve(path))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /// Where a symbolic link leads.
    Optional<String> target(String path) {
        try {
            return Optional.of(Files.readSymbolicLink(root.resolve(path)).toString());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
