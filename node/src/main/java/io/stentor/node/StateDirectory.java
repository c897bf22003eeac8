package io.stentor.node;

import io.stentor.node.Ledger.Entry;
import io.stentor.node.Ledger.Made;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The agent's state directory, when it is to go. It goes last, as the [Ledger] is in it.
///
/// One that we made is renamed before anything in it is deleted: whoever is killed on the way finds either the whole
/// of it, or what is to be deleted without a question. One that was there before is emptied of what is ours, the ledger
/// last.
record StateDirectory(Path path) {
    /// What agents keep in it, by the beginnings of names: with what they add to a name for a file that is not finished
    /// or cannot be read.
    private static final List<String> OURS = List.of("endpoints", "cluster.json", "agent.lock", Ledger.FILE);

    private Path doomed() {
        return path.resolveSibling(path.getFileName() + ".removed");
    }

    /// Whether anything of ours is in it, or left of it.
    boolean isDue() {
        return Files.exists(doomed()) || !ours().isEmpty();
    }

    private List<Path> ours() {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(
                            entry -> OURS.stream().anyMatch(entry.getFileName().toString()::startsWith))
                    .sorted(Comparator.comparing(
                            entry -> entry.getFileName().toString().startsWith(Ledger.FILE)))
                    .toList();
        } catch (IOException absent) {
            return List.of();
        }
    }

    /// Whether an entry is about the directory itself, or one above it.
    boolean is(Entry entry) {
        return entry instanceof Made(Path made) && path.startsWith(made);
    }

    /// Itself and what is above it, as far as we made it.
    List<Path> made(Ledger ledger) {
        return ledger.entries().reversed().stream()
                .filter(this::is)
                .map(entry -> ((Made) entry).path())
                .toList();
    }

    /// @param made of [#made], the innermost first
    Step step(List<Path> made) {
        boolean whole = made.contains(path) || Files.exists(doomed());
        return new Step("state", path.toString(), whole ? "removed" : "emptied", () -> whole ? remove(made) : empty());
    }

    private Optional<String> remove(List<Path> made) throws IOException {
        Directories.delete(doomed());
        if (Files.exists(path) && made.contains(path)) {
            Files.move(path, doomed(), StandardCopyOption.ATOMIC_MOVE);
            Directories.delete(doomed());
        }
        for (Path above : made) {
            try {
                Files.deleteIfExists(above);
            } catch (DirectoryNotEmptyException used) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Optional<String> empty() throws IOException {
        for (Path entry : ours()) {
            Directories.delete(entry);
        }
        return Optional.empty();
    }
}
