package io.stentor.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Problem;
import io.stentor.node.Ledger.Made;
import io.stentor.node.Ledger.Moved;
import io.stentor.node.NodeSettings.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The network configuration by which the container runtime finds our plugin. It appears when the agent is ready, not
/// before, and stays when the agent ends: pods that start meanwhile wait for the agent's return.
///
/// The runtime takes the first file by name; the others are moved aside all the same, so that nothing comes up with
/// another network when ours goes.
final class CniConfiguration {
    private static final System.Logger LOG = System.getLogger("cni");
    private static final ObjectMapper JSON = new ObjectMapper();

    static final String NAME = "05-stentor.conflist";
    private static final String BACKUP = ".stentor_bak";

    private final Places places;
    private final Ledger ledger;

    CniConfiguration(Places places, Ledger ledger) {
        this.places = places;
        this.ledger = ledger;
    }

    /// Writes the configuration if it is not there or another, and moves others aside if we are to be alone.
    ///
    /// @return what could not be done
    List<Problem> ensure() {
        Path file = places.cni().resolve(NAME);
        try {
            Directories.make(places.cni(), ledger);
            String text = text();
            ledger.enter(new Made(file));
            if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                Directories.write(file, text);
                LOG.log(System.Logger.Level.INFO, "network configuration {0} written", file);
            }
            if (places.cniExclusive()) {
                moveOthers();
                return List.of();
            }
            return others().stream()
                    .map(other -> other.getFileName().toString())
                    .filter(other -> other.compareTo(NAME) < 0)
                    .sorted()
                    .map(other -> new Problem(
                            "network configuration",
                            other,
                            "comes before " + NAME + " by its name: the container runtime takes it and Stentor gets no"
                                    + " pods. Remove it, or set cni-exclusive"))
                    .toList();
        } catch (IOException failed) {
            return List.of(new Problem("network configuration", file.toString(), "cannot be written: " + failed));
        }
    }

    /// @throws IOException if it is there and cannot be removed
    void remove() throws IOException {
        Path file = places.cni().resolve(NAME);
        Files.deleteIfExists(file);
        ledger.strike(new Made(file));
    }

    private List<Path> others() throws IOException {
        List<Path> others = new ArrayList<>();
        try (Stream<Path> files = Files.list(places.cni())) {
            files.filter(Files::isRegularFile)
                    .filter(path -> isConfiguration(path.getFileName().toString()))
                    .forEach(others::add);
        }
        return others;
    }

    private void moveOthers() throws IOException {
        for (Path other : others()) {
            Path aside = other.resolveSibling(other.getFileName() + BACKUP);
            ledger.enter(new Moved(other, aside));
            Files.move(other, aside, StandardCopyOption.REPLACE_EXISTING);
            LOG.log(System.Logger.Level.INFO, "network configuration {0} moved to {1}", other, aside);
        }
    }

    /// What container runtimes read.
    private static boolean isConfiguration(String name) {
        return !name.equals(NAME) && (name.endsWith(".conf") || name.endsWith(".conflist") || name.endsWith(".json"));
    }

    /// `cniVersion` is what Debian 12's containerd knows; newer runtimes choose from `cniVersions`.
    private String text() {
        ObjectNode json = JSON.createObjectNode().put("cniVersion", CniVersion.V1_0_0.toString());
        var versions = json.putArray("cniVersions");
        for (CniVersion version : List.of(CniVersion.V0_3_1, CniVersion.V0_4_0, CniVersion.V1_0_0, CniVersion.V1_1_0)) {
            versions.add(version.toString());
        }
        json.put("name", "stentor");
        json.putArray("plugins")
                .addObject()
                .put("type", "stentor-cni")
                .put("agent-socket", places.socket().toString());
        return json.toPrettyString() + "\n";
    }
}
