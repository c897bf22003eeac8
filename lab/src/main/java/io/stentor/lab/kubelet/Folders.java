package io.stentor.lab.kubelet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// Folders that go as a whole.
final class Folders {

    private static final System.Logger LOG = System.getLogger("kubelet");

    private Folders() {}

    /// Deletes a folder with everything in it, as far as that goes.
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(System.Logger.Level.WARNING, "'" + folder + "' cannot be removed: " + e.getMessage());
        }
    }
}
