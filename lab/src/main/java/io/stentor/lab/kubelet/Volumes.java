package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The volumes of a pod that the lab has: those out of ConfigMaps, one file a key, as they are when the pod starts.
final class Volumes {

    /// What is mounted has to be mounted somewhere; elsewhere a folder would be left on the machine.
    private static final Path ROOT = Path.of("/run");

    private static final int DEFAULT_MODE = 0644;

    /// Permissions in the order of their bits, the highest first.
    private static final List<PosixFilePermission> BITS = List.of(PosixFilePermission.values());

    private Volumes() {}

    /// A folder of the pod that a container sees elsewhere.
    ///
    /// @param volume its name
    /// @param target where the container sees it
    record Mount(String volume, String target) {}

    /// Writes them all below a folder.
    ///
    /// @return what is missing, a sentence; nothing when all is there
    static Optional<String> write(ObjectNode pod, ObjectApi api, Path folder) throws IOException {
        for (JsonNode volume : pod.path("spec").path("volumes")) {
            JsonNode source = volume.path("configMap");
            if (source.isMissingNode()) {
                continue;
            }
            Path place = Files.createDirectories(folder.resolve(name(volume)));
            ObjectName name = new ObjectName(
                    ObjectName.of(pod).namespace(), source.path("name").asText());
            Optional<ObjectNode> map = find(api, name);
            if (map.isEmpty() && !source.path("optional").asBoolean()) {
                return Optional.of("MountVolume.SetUp failed for volume \"" + name(volume) + "\" : configmap \""
                        + name.name() + "\" not found");
            }
            for (Map.Entry<String, byte[]> file : files(map, source).entrySet()) {
                Path path = place.resolve(file.getKey()).normalize();
                if (!path.startsWith(place)) {
                    return Optional.of(
                            "volume \"" + name(volume) + "\" : the path \"" + file.getKey() + "\" leads out");
                }
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
                Files.setPosixFilePermissions(
                        path, permissions(source.path("defaultMode").asInt(DEFAULT_MODE)));
            }
        }
        return Optional.empty();
    }

    private static Optional<ObjectNode> find(ObjectApi api, ObjectName name) throws IOException {
        try {
            return api.find(Resource.CONFIG_MAPS, name);
        } catch (ApiException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    /// Contents by path: all keys, or those that `items` names.
    private static Map<String, byte[]> files(Optional<ObjectNode> map, JsonNode source) {
        Map<String, byte[]> all = new LinkedHashMap<>();
        map.ifPresent(object -> {
            object.path("data")
                    .properties()
                    .forEach(e -> all.put(e.getKey(), e.getValue().asText().getBytes(StandardCharsets.UTF_8)));
            object.path("binaryData")
                    .properties()
                    .forEach(e -> all.put(
                            e.getKey(),
                            Base64.getMimeDecoder().decode(e.getValue().asText())));
        });
        if (source.path("items").isEmpty()) {
            return all;
        }
        Map<String, byte[]> named = new LinkedHashMap<>();
        for (JsonNode item : source.path("items")) {
            byte[] content = all.get(item.path("key").asText());
            if (content != null) {
                named.put(item.path("path").asText(), content);
            }
        }
        return named;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.size(); bit++) {
            if ((mode & (0400 >> bit)) != 0) {
                permissions.add(BITS.get(bit));
            }
        }
        return permissions;
    }

    /// What of this a container sees.
    ///
    /// @throws Launch.Refused for a place that would have to be made on the machine
    static List<Mount> mounts(JsonNode pod, JsonNode container) throws Launch.Refused {
        List<Mount> mounts = new ArrayList<>();
        for (JsonNode volume : pod.path("spec").path("volumes")) {
            for (JsonNode mount : container.path("volumeMounts")) {
                if (!volume.has("configMap") || !name(mount).equals(name(volume))) {
                    continue;
                }
                Path target = Path.of(mount.path("mountPath").asText()).normalize();
                if (!target.startsWith(ROOT) || target.equals(ROOT)) {
                    throw new Launch.Refused("The lab's pods see the machine's file system: volume '" + name(volume)
                            + "' can be mounted below /run alone, not at '" + target + "'.");
                }
                mounts.add(new Mount(name(volume), target.toString()));
            }
        }
        return mounts;
    }

    private static String name(JsonNode named) {
        return named.path("name").asText();
    }
}
