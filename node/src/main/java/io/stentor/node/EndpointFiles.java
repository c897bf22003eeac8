package io.stentor.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.PodName;
import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The endpoints of this node on disk, one file each: what outlives the agent, and the only account of which address
/// is whose.
///
/// A file is whole or not there: written aside, synced, renamed, its directory synced. It stands before the address is
/// used and goes after the link is gone, so that a crash at any moment loses no address and gives none twice.
/// The host link's index is not in it; it is another after a reboot.
final class EndpointFiles {
    private static final System.Logger LOG = System.getLogger("endpoints");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SUFFIX = ".json";

    /// Of the endpoint that was made last, when it has gone.
    private static final String LATEST = "latest.gone";

    private final Path directory;

    /// @param directory made if it is missing, for root alone
    EndpointFiles(Path directory) throws IOException {
        this.directory = directory;
        Directories.makePrivate(directory);
    }

    /// What was read.
    ///
    /// @param endpoints by their numbers; with 0 as their links' index
    /// @param netns     files of their network namespaces by their numbers; builds before this one told none
    /// @param latest    the one that was made after all these, where it has gone
    /// @param problems  one for each file that could not be read; it was moved aside
    record Content(
            List<Endpoint> endpoints, Map<Integer, Path> netns, Optional<Endpoint> latest, List<Problem> problems) {}

    Content read() throws IOException {
        List<Endpoint> endpoints = new ArrayList<>();
        Map<Integer, Path> netns = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(SUFFIX)) {
                try {
                    JsonNode json = parse(Files.readString(file));
                    Endpoint endpoint = decode(json);
                    if (!name.equals(endpoint.id() + SUFFIX)) {
                        throw new IllegalArgumentException("it is endpoint " + endpoint.id() + "'s");
                    }
                    endpoints.add(endpoint);
                    if (json.path("netns").isTextual()) {
                        netns.put(endpoint.id(), Path.of(json.path("netns").asText()));
                    }
                } catch (IOException | IllegalArgumentException corrupt) {
                    problems.add(setAside(name, corrupt.getMessage()));
                }
            } else if (name.endsWith(".new")) {
                Files.delete(file);
            }
        }
        endpoints.sort(Comparator.comparingInt(Endpoint::id));
        Optional<Endpoint> latest = latest().filter(
                        gone -> endpoints.isEmpty() || endpoints.getLast().id() < gone.id());
        return new Content(endpoints, netns, latest, problems);
    }

    private Optional<Endpoint> latest() {
        try {
            return Optional.of(decode(parse(Files.readString(directory.resolve(LATEST)))));
        } catch (IOException | IllegalArgumentException none) {
            LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", LATEST, none.getMessage());
            return Optional.empty();
        }
    }

    /// Which pod is behind which host link, as far as the records can be read; changes nothing.
    static Map<String, String> names(Path directory) {
        Map<String, String> names = new HashMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            all.filter(path -> path.toString().endsWith(SUFFIX)).forEach(file -> name(file, names));
        } catch (IOException absent) {
            return Map.of();
        }
        return names;
    }

    private static void name(Path file, Map<String, String> names) {
        try {
            Endpoint endpoint = decode(parse(Files.readString(file)));
            names.put(
                    endpoint.attachment().hostInterface(),
                    endpoint.pod().namespace() + "/" + endpoint.pod().name());
        } catch (IOException | IllegalArgumentException unreadable) {
            LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", file, unreadable.getMessage());
        }
    }

    /// Takes a file out of use and keeps it for people to look at.
    Problem setAside(int id, String reason) throws IOException {
        return setAside(id + SUFFIX, reason);
    }

    private Problem setAside(String name, String reason) throws IOException {
        Path aside = directory.resolve(name + ".corrupt");
        Files.move(directory.resolve(name), aside, StandardCopyOption.REPLACE_EXISTING);
        return new Problem("endpoint file", name, "cannot be used and was moved to " + aside + ": " + reason);
    }

    /// @param netns of the pod, where the runtime keeps it
    void write(Endpoint endpoint, Path netns) throws IOException {
        Directories.write(
                directory.resolve(endpoint.id() + SUFFIX),
                encode(endpoint).put("netns", netns.toString()).toString());
    }

    void delete(int id) throws IOException {
        Files.deleteIfExists(directory.resolve(id + SUFFIX));
    }

    /// As [#delete], of the endpoint that was made last: remembered, for the next agent to go on behind it.
    void retire(int id) throws IOException {
        try {
            Files.move(directory.resolve(id + SUFFIX), directory.resolve(LATEST), StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException never) {
            LOG.log(System.Logger.Level.DEBUG, "endpoint {0} was not recorded", id);
        }
    }

    private static ObjectNode encode(Endpoint endpoint) {
        Attachment attachment = endpoint.attachment();
        ObjectNode json = JSON.createObjectNode()
                .put("id", endpoint.id())
                .put("containerId", attachment.containerId())
                .put("podInterface", attachment.podInterface())
                .put("podMac", attachment.podMac().toString())
                .put("namespace", endpoint.pod().namespace())
                .put("pod", endpoint.pod().name())
                .put("uid", endpoint.pod().uid())
                .put("identity", endpoint.identity());
        endpoint.addresses().ipv4().ifPresent(a -> json.put("ipv4", a.toString()));
        endpoint.addresses().ipv6().ifPresent(a -> json.put("ipv6", a.toString()));
        return json;
    }

    private static JsonNode parse(String text) throws IOException {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new IOException("not JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }

    private static Endpoint decode(JsonNode json) {
        AttachmentKey key = new AttachmentKey(string(json, "containerId"), string(json, "podInterface"));
        Attachment attachment = new Attachment(
                key.containerId(), key.podInterface(), key.hostInterface(), 0, MacAddress.of(string(json, "podMac")));
        Addresses addresses = new Addresses(address(json, "ipv4"), address(json, "ipv6"));
        if (addresses.all().isEmpty()) {
            throw new IllegalArgumentException("it has no address");
        }
        return new Endpoint(
                json.path("id").asInt(),
                attachment,
                new PodName(
                        json.path("namespace").asText(""),
                        string(json, "pod"),
                        json.path("uid").asText("")),
                addresses,
                json.path("identity").asInt());
    }

    private static Optional<IpAddress> address(JsonNode json, String field) {
        return json.has(field) ? Optional.of(IpAddress.of(string(json, field))) : Optional.empty();
    }

    private static String string(JsonNode json, String field) {
        String text = json.path(field).asText("");
        if (text.isEmpty()) {
            throw new IllegalArgumentException("it has no " + field);
        }
        return text;
    }
}
