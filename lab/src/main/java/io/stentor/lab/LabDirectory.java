package io.stentor.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where a lab keeps its files: `/run/stentor-lab/NAME`, readable by root alone. The parent is a private mount, or
/// mount namespaces could not be kept in files there.
///
/// @param path the lab's own directory
public record LabDirectory(Path path) {

    /// The directory of all labs.
    public static final Path ALL = Path.of("/run/stentor-lab");

    public static LabDirectory of(String lab) {
        return new LabDirectory(ALL.resolve(lab));
    }

    /// The labs that left a directory, running or not.
    public static List<String> names() {
        if (!Files.isDirectory(ALL)) {
            return List.of();
        }
        try (Stream<Path> labs = Files.list(ALL)) {
            return labs.filter(Files::isDirectory)
                    .map(lab -> lab.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String name() {
        return path.getFileName().toString();
    }

    /// What the lab was asked to be, written before anything else is made.
    public Path spec() {
        return path.resolve("spec.json");
    }

    public Path kubeconfig() {
        return path.resolve("kubeconfig");
    }

    /// Where the daemon listens for the other commands.
    public Path socket() {
        return path.resolve("daemon.sock");
    }

    public Path logs() {
        return path.resolve("logs");
    }

    /// The log of `apiserver`, `operator`, `daemon` or of a node's agent.
    public Path log(String program) {
        return logs().resolve(program + ".log");
    }

    /// What a node keeps: its namespaces' files, its `/run`, its pods' logs.
    public Path node(String node) {
        return path.resolve("nodes").resolve(node);
    }
}
