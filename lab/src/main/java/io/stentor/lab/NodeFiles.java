package io.stentor.lab;

import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/// What the installation of Stentor puts on a node before the agent starts: its configuration, and the CNI plugin in
/// the plugin directory.
///
/// @param space of the node
record NodeFiles(NodeSpace space) {

    private static final Path INSIDE = NodeSpace.INSIDE;

    /// The agent's or operator's credentials, as seen on the node.
    static final Path KUBECONFIG = INSIDE.resolve("kubeconfig");

    static final Path CONFIG = INSIDE.resolve("config");
    static final Path CNI_CONF = INSIDE.resolve("net.d");
    static final Path CNI_BIN = INSIDE.resolve("bin");
    static final Path STATE = INSIDE.resolve("state");

    /// A file of the node, as the machine sees it.
    Path outside(Path inside) {
        return space.outside(inside);
    }

    /// One file a key, as a mounted ConfigMap is; files of keys that are no more go.
    void writeConfiguration(Map<String, String> keys) {
        Path folder = outside(CONFIG);
        try {
            Files.createDirectories(folder);
            try (var present = Files.list(folder)) {
                for (Path file : present.toList()) {
                    if (!keys.containsKey(file.getFileName().toString())) {
                        Files.delete(file);
                    }
                }
            }
            for (Map.Entry<String, String> key : keys.entrySet()) {
                Files.writeString(folder.resolve(key.getKey()), key.getValue());
            }
            Files.createDirectories(outside(CNI_CONF));
            Files.createDirectories(outside(STATE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Copies the plugin to where the node sees it, by way of a folder that both see.
    void installPlugin(Path plugin) {
        if (!Files.isRegularFile(plugin)) {
            throw new LabFailure("The network plugin '" + plugin + "' is not built: run 'make build'.");
        }
        Path passed = outside(INSIDE).resolve(plugin.getFileName());
        try {
            Files.copy(plugin, passed, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Shell.run(
                space.enter(
                        "",
                        List.of(
                                "install",
                                "-m",
                                "0755",
                                INSIDE.resolve(plugin.getFileName()).toString(),
                                CNI_BIN.toString())),
                "");
    }
}
