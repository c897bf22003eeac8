package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Programs;
import io.stentor.lab.LabSpec.RealCluster;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.lab.api.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A [LabSpec] as JSON, so that later commands know what a lab is made of, also when its daemon is gone.
final class SpecFile {

    private SpecFile() {}

    static void write(LabSpec spec, Path file) {
        ObjectNode json = Json.object();
        json.put("name", spec.name()).put("nodes", spec.nodes());
        json.put("routing", spec.shape().routing().name());
        json.put("underlay", spec.shape().underlay().name());
        json.put("families", spec.shape().families().name());
        json.put("agents", spec.agents());
        ObjectNode settings = json.putObject("settings");
        spec.settings().forEach(settings::put);
        spec.real()
                .ifPresent(real -> json.putObject("real")
                        .put("server", real.server())
                        .put("id", real.id())
                        .put("schedulable", real.schedulable()));
        try {
            Files.createDirectories(file.getParent());
            Path written = file.resolveSibling(file.getFileName() + ".new");
            Files.write(written, Json.bytes(json));
            Files.move(written, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LabFailure("'" + file + "' cannot be written: " + e.getMessage());
        }
    }

    /// Nothing when there is no file, or none that can be read.
    static Optional<LabSpec> read(Path file) {
        try {
            JsonNode json = Json.parse(Files.readAllBytes(file));
            Map<String, String> settings = new TreeMap<>();
            json.path("settings")
                    .properties()
                    .forEach(e -> settings.put(e.getKey(), e.getValue().asText()));
            Shape shape = new Shape(
                    Routing.valueOf(json.path("routing").asText()),
                    Underlay.valueOf(json.path("underlay").asText()),
                    Families.valueOf(json.path("families").asText()));
            return Optional.of(new LabSpec(
                    json.path("name").asText(),
                    json.path("nodes").asInt(),
                    shape,
                    new Programs(json.path("agents").asBoolean(), settings),
                    real(json.path("real"))));
        } catch (IOException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<RealCluster> real(JsonNode json) {
        return json.isMissingNode()
                ? Optional.empty()
                : Optional.of(new RealCluster(
                        json.path("server").asText(),
                        json.path("id").asText(),
                        json.path("schedulable").asBoolean()));
    }
}
