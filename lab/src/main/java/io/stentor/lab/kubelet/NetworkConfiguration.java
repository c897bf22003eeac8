package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A CNI network configuration list (specification 1.1, section 1), as a container runtime reads it.
///
/// @param name         the network's
/// @param version      the protocol version that is spoken with its plugins: the highest that the file offers and this
///                     runtime knows
/// @param plugins      in the order in which ADD calls them; never empty
record NetworkConfiguration(String name, String version, List<ObjectNode> plugins) {

    /// What this runtime knows, the newest first.
    private static final List<String> VERSIONS = List.of("1.1.0", "1.0.0", "0.4.0");

    /// The first configuration of a directory, in the order of file names.
    ///
    /// @return nothing when there is none, or the directory is missing
    /// @throws CniException when the first cannot be used
    static Optional<NetworkConfiguration> first(Path directory) throws CniException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(directory)) {
            Optional<Path> file = files.filter(f -> f.toString().matches(".*\\.(conf|conflist|json)"))
                    .min(Comparator.comparing(f -> f.getFileName().toString()));
            return file.isEmpty() ? Optional.empty() : Optional.of(parse(Files.readAllBytes(file.get())));
        } catch (IOException e) {
            throw new CniException("network configuration in " + directory + " cannot be read: " + e.getMessage());
        }
    }

    static NetworkConfiguration parse(byte[] text) throws CniException {
        JsonNode json;
        try {
            json = Json.parse(text);
        } catch (ApiException malformed) {
            throw new CniException("network configuration is not JSON: " + malformed.getMessage());
        }
        String name = json.path("name").asText("");
        if (name.isEmpty()) {
            throw new CniException("network configuration has no name");
        }
        List<ObjectNode> plugins = json.has("plugins")
                ? Json.objects(json.path("plugins"))
                : json instanceof ObjectNode single ? List.of(single) : List.of();
        if (plugins.isEmpty()
                || plugins.stream().anyMatch(p -> p.path("type").asText("").isEmpty())) {
            throw new CniException("network configuration '" + name + "' lists no plugin, or one without a type");
        }
        return new NetworkConfiguration(name, version(json), List.copyOf(plugins));
    }

    private static String version(JsonNode json) throws CniException {
        List<String> offered = new ArrayList<>();
        offered.add(json.path("cniVersion").asText("0.2.0"));
        json.path("cniVersions").forEach(v -> offered.add(v.asText()));
        return VERSIONS.stream()
                .filter(offered::contains)
                .findFirst()
                .orElseThrow(() -> new CniException("network configuration speaks CNI " + String.join(", ", offered)
                        + "; this runtime knows " + String.join(", ", VERSIONS)));
    }

    /// What plugin `index` gets on its standard input.
    ///
    /// @param previous the result so far; nothing for the first plugin of an ADD
    ObjectNode input(int index, Optional<JsonNode> previous) {
        ObjectNode input = plugins.get(index).deepCopy();
        input.put("cniVersion", version).put("name", name);
        input.remove("cniVersions");
        input.remove("capabilities");
        previous.ifPresent(result -> input.set("prevResult", result));
        return input;
    }

    /// As it was, for the DEL of a pod whose ADD used it.
    ObjectNode toJson() {
        ObjectNode json = Json.object().put("cniVersion", version).put("name", name);
        plugins.forEach(json.withArray("plugins")::add);
        return json;
    }
}
