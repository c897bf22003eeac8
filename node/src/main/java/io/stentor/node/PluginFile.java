package io.stentor.node;

import io.stentor.model.Problem;
import io.stentor.node.Ledger.Made;
import io.stentor.node.NodeSettings.Plugin;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The plugin that the container runtime executes: put where the runtime looks for it, whole or not at all, for the
/// runtime may execute it at any moment.
final class PluginFile {
    private static final System.Logger LOG = System.getLogger("cni");

    static final String NAME = "stentor-cni";

    private final Plugin plugin;
    private final Ledger ledger;

    PluginFile(Plugin plugin, Ledger ledger) {
        this.plugin = plugin;
        this.ledger = ledger;
    }

    /// Installs what this build brought, if it is not there or another.
    ///
    /// @return what could not be done
    List<Problem> ensure() {
        Path file = plugin.directory().resolve(NAME);
        Optional<Path> source = plugin.source().filter(Files::isReadable);
        try {
            if (source.isPresent()) {
                install(Files.readAllBytes(source.get()), file);
            } else if (!Files.isExecutable(file)) {
                return List.of(new Problem(
                        "CNI plugin",
                        file.toString(),
                        "is missing, and this agent came without one: no pod can start. Install it there"));
            }
            return List.of();
        } catch (IOException failed) {
            return List.of(new Problem("CNI plugin", file.toString(), "cannot be installed: " + failed));
        }
    }

    private void install(byte[] wanted, Path file) throws IOException {
        if (Files.isExecutable(file) && Arrays.equals(Files.readAllBytes(file), wanted)) {
            return;
        }
        Directories.make(plugin.directory(), ledger);
        ledger.enter(new Made(file));
        // Runtimes list the directory: a name with a dot is no plugin.
        Path fresh = file.resolveSibling("." + NAME + ".new");
        Files.write(fresh, wanted);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        Directories.sync(plugin.directory());
        LOG.log(System.Logger.Level.INFO, "CNI plugin {0} installed", file);
    }
}
