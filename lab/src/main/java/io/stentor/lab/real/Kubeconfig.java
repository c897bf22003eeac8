package io.stentor.lab.real;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.stentor.lab.LabFailure;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.PrivateKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// One context of a kubeconfig, whole: what it names as files is read. It can be handed on to those who do not see the
/// files, or reach the server by another address.
///
/// @param server  as `https://host:port`
/// @param cluster the cluster's other fields, with data instead of files
/// @param user    the user's, likewise
public record Kubeconfig(URI server, ObjectNode cluster, ObjectNode user) {

    private static final YAMLMapper YAML = new YAMLMapper();

    /// What takes more than this file: a program that fetches tokens, another identity, a proxy.
    private static final List<String> REFUSED_USER =
            List.of("exec", "auth-provider", "username", "password", "as", "as-uid", "as-groups", "as-user-extra");

    /// @param context "" for the file's current one
    /// @throws LabFailure 2 that names file, field and reason
    public static Kubeconfig read(Path file, String context) {
        JsonNode root;
        try {
            root = YAML.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException malformed) {
            throw wrong(file, "is no YAML: " + malformed.getOriginalMessage());
        } catch (IOException e) {
            throw wrong(file, "cannot be read: " + e.getMessage());
        }
        String name = context.isEmpty() ? root.path("current-context").asText("") : context;
        if (name.isEmpty()) {
            throw wrong(file, "has no current-context: choose one with --context");
        }
        JsonNode chosen = named(file, root, "context", name);
        ObjectNode cluster =
                named(file, root, "cluster", chosen.path("cluster").asText("")).deepCopy();
        ObjectNode user =
                named(file, root, "user", chosen.path("user").asText("")).deepCopy();
        refuse(file, cluster, user);
        URI server = server(file, cluster.path("server").asText(""));
        cluster.remove("server");
        inline(file, cluster, "certificate-authority");
        inline(file, user, "client-certificate");
        inline(file, user, "client-key");
        inlineToken(file, user);
        readableKey(file, user);
        return new Kubeconfig(server, cluster, user);
    }

    private static LabFailure wrong(Path file, String what) {
        return new LabFailure(LabFailure.WRONG_USE, "The kubeconfig '" + file + "' " + what + ".");
    }

    private static ObjectNode named(Path file, JsonNode root, String what, String name) {
        for (JsonNode entry : root.path(what + "s")) {
            if (entry.path("name").asText().equals(name)) {
                return entry.path(what) instanceof ObjectNode object ? object : Json.object();
            }
        }
        throw wrong(file, "has no " + what + " '" + name + "'");
    }

    private static void refuse(Path file, ObjectNode cluster, ObjectNode user) {
        for (String field : REFUSED_USER) {
            if (!user.path(field).isMissingNode()) {
                throw wrong(
                        file,
                        "has a user with '" + field + "', which cannot be used inside a lab, where nothing but the API"
                                + " server is reached: make a service account and a token for it with 'kubectl create"
                                + " token', and a kubeconfig with that");
            }
        }
        if (!cluster.path("proxy-url").asText("").isEmpty()) {
            throw wrong(file, "has a cluster with 'proxy-url', by which the lab does not go: name the server itself");
        }
    }

    private static URI server(Path file, String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw wrong(file, "has a server '" + text + "', which is no URL");
        }
        if (!"https".equals(uri.getScheme()) || uri.getHost() == null) {
            throw wrong(file, "has a server '" + text + "', where the lab needs https://HOST:PORT");
        }
        if (!List.of("", "/").contains(uri.getPath())) {
            throw wrong(file, "has a server '" + text + "' with a path, which the lab cannot reach from inside");
        }
        return URI.create("https://" + uri.getRawAuthority());
    }

    private static void inline(Path file, ObjectNode object, String field) {
        JsonNode named = object.remove(field);
        if (named == null || named.asText("").isEmpty() || object.hasNonNull(field + "-data")) {
            return;
        }
        object.put(field + "-data", Base64.getEncoder().encodeToString(beside(file, field, named.asText())));
    }

    private static void inlineToken(Path file, ObjectNode user) {
        JsonNode named = user.remove("tokenFile");
        if (named != null && !named.asText("").isEmpty() && !user.hasNonNull("token")) {
            String token = new String(beside(file, "tokenFile", named.asText()), StandardCharsets.UTF_8);
            user.put("token", token.strip());
        }
    }

    private static byte[] beside(Path file, String field, String named) {
        Path path = file.toAbsolutePath().resolveSibling(named);
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw wrong(file, "has a " + field + " '" + named + "', which cannot be read: " + e.getMessage());
        }
    }

    /// Agents read keys in the forms of their algorithms.
    private static void readableKey(Path file, ObjectNode user) {
        String data = user.path("client-key-data").asText("");
        if (data.isEmpty()) {
            return;
        }
        try {
            String pem = new String(Base64.getMimeDecoder().decode(data), StandardCharsets.US_ASCII);
            String readable = PrivateKeys.ofAlgorithm(pem);
            user.put(
                    "client-key-data",
                    Base64.getEncoder().encodeToString(readable.getBytes(StandardCharsets.US_ASCII)));
        } catch (IllegalArgumentException e) {
            throw wrong(file, "has a client key that cannot be used: " + e.getMessage());
        }
    }

    /// The server's port; 443 where the URL has none.
    public int port() {
        return server.getPort() < 0 ? 443 : server.getPort();
    }

    /// The server's name or address, without brackets.
    public String host() {
        return server.getHost().replaceAll("[\\[\\]]", "");
    }

    /// The same for somebody who reaches the server by another address: its certificate is still for its name.
    public Kubeconfig by(URI address) {
        ObjectNode there = cluster.deepCopy();
        if (there.path("tls-server-name").asText("").isEmpty()) {
            there.put("tls-server-name", host());
        }
        return new Kubeconfig(address, there, user);
    }

    /// A kubeconfig of this context alone, which needs no other file.
    public String text() {
        ObjectNode root = Json.object().put("apiVersion", "v1").put("kind", "Config");
        root.put("current-context", "lab");
        ObjectNode there = Json.object().put("server", server.toString());
        there.setAll(cluster.deepCopy());
        root.putArray("clusters").addObject().put("name", "lab").set("cluster", there);
        root.putArray("users").addObject().put("name", "lab").set("user", user.deepCopy());
        ObjectNode context = root.putArray("contexts").addObject().put("name", "lab");
        context.putObject("context").put("cluster", "lab").put("user", "lab");
        try {
            return YAML.writeValueAsString(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// What the file says of how far the server's certificate is trusted: `insecure-skip-tls-verify`.
    public Optional<String> warning() {
        return cluster.path("insecure-skip-tls-verify").asBoolean()
                ? Optional.of("the API server's certificate is not verified, as the kubeconfig says")
                : Optional.empty();
    }
}
