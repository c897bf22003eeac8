package io.stentor.lab.real;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.kube.ApiSettings;
import io.stentor.kube.KubeClient;
import io.stentor.kube.RawApi;
import io.stentor.lab.LabFailure;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectList;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.api.Watch;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The objects of a real API server, over HTTP. A server that gives no answer is an [ApiException] 503: those who watch
/// over something try again, as they do after any other refusal.
///
/// @param raw the connection
public record RealApi(RawApi raw) implements ObjectApi {

    private static final String JSON = "application/json";

    /// A lab's kubelets and whoever asks for its state: more than one client, and no crowd.
    private static final int REQUESTS_PER_SECOND = 200;

    /// How long a watch is asked for. One that lasts longer has lost its server, which is not told otherwise.
    private static final Duration WATCHED = Duration.ofMinutes(5);

    /// @throws LabFailure 2 when the kubeconfig cannot be used; the server is not asked yet
    public static RealApi open(Path kubeconfig) {
        try {
            return new RealApi(KubeClient.open(new ApiSettings(
                            Optional.of(kubeconfig), REQUESTS_PER_SECOND, 2 * REQUESTS_PER_SECOND, "kube-system"))
                    .raw());
        } catch (IllegalArgumentException e) {
            throw new LabFailure(LabFailure.WRONG_USE, e.getMessage());
        }
    }

    /// Whether the server answers, in the name of whoever the kubeconfig is for.
    ///
    /// @return its version
    /// @throws ApiException when it does not
    public String version() {
        return Json.text(request("GET", "/version", "", null), "gitVersion");
    }

    @Override
    public Optional<ObjectNode> find(Resource resource, ObjectName name) {
        try {
            return Optional.of(get(resource, name));
        } catch (ApiException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public ObjectNode get(Resource resource, ObjectName name) {
        return request("GET", path(resource, name), "", null);
    }

    @Override
    public ObjectList list(Resource resource, Selection selection) {
        ObjectNode list =
                request("GET", path(resource, new ObjectName(selection.namespace(), "")) + query(selection), "", null);
        List<ObjectNode> items = new ArrayList<>();
        String kind = list.path("kind").asText().replaceFirst("List$", "");
        for (ObjectNode item : Json.objects(list.path("items"))) {
            items.add(item.put("apiVersion", resource.apiVersion()).put("kind", kind));
        }
        return new ObjectList(List.copyOf(items), Json.text(list, "metadata.resourceVersion"));
    }

    @Override
    public Watch watch(Resource resource, Selection selection, String resourceVersion) {
        String path = path(resource, new ObjectName(selection.namespace(), ""));
        String query = query(selection);
        query += (query.isEmpty() ? "?" : "&") + "watch=true&allowWatchBookmarks=true&timeoutSeconds="
                + WATCHED.toSeconds() + "&resourceVersion=" + encoded(resourceVersion);
        try {
            return new RealWatch(raw.watch(path + query), WATCHED);
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    @Override
    public ObjectNode create(Resource resource, ObjectNode object) {
        identify(resource, object);
        return request(
                "POST", path(resource, new ObjectName(ObjectName.of(object).namespace(), "")), JSON, object);
    }

    @Override
    public ObjectNode update(Resource resource, ObjectNode object) {
        identify(resource, object);
        return request("PUT", path(resource, ObjectName.of(object)), JSON, object);
    }

    @Override
    public ObjectNode updateStatus(Resource resource, ObjectNode object) {
        identify(resource, object);
        return request("PUT", path(resource, ObjectName.of(object)) + "/status", JSON, object);
    }

    @Override
    public ObjectNode mergePatch(Resource resource, ObjectName name, String subresource, JsonNode patch) {
        String path = path(resource, name) + (subresource.isEmpty() ? "" : "/" + subresource);
        return request("PATCH", path, "application/merge-patch+json", patch);
    }

    @Override
    public void delete(Resource resource, ObjectName name, DeleteOptions options) {
        ObjectNode body = Json.object().put("apiVersion", "v1").put("kind", "DeleteOptions");
        options.graceSeconds().ifPresent(seconds -> body.put("gracePeriodSeconds", seconds));
        body.put(
                "propagationPolicy",
                switch (options.propagation()) {
                    case BACKGROUND -> "Background";
                    case FOREGROUND -> "Foreground";
                    case ORPHAN -> "Orphan";
                });
        if (!options.uid().isEmpty()) {
            body.putObject("preconditions").put("uid", options.uid());
        }
        request("DELETE", path(resource, name), JSON, body);
    }

    @Override
    public void bind(ObjectName pod, String node) {
        ObjectNode binding = Json.object().put("apiVersion", "v1").put("kind", "Binding");
        binding.putObject("metadata").put("namespace", pod.namespace()).put("name", pod.name());
        binding.putObject("target").put("apiVersion", "v1").put("kind", "Node").put("name", node);
        request("POST", path(Resource.PODS, pod) + "/binding", JSON, binding);
    }

    /// A server wants to be told what it gets; the lab's own knows by the path.
    private static void identify(Resource resource, ObjectNode object) {
        object.put("apiVersion", resource.apiVersion());
        if (!object.has("kind")) {
            object.put("kind", kind(resource));
        }
    }

    /// Of the objects that a lab creates.
    private static String kind(Resource resource) {
        return switch (resource.plural()) {
            case "leases" -> "Lease";
            case "namespaces" -> "Namespace";
            default -> throw new IllegalArgumentException("the object for " + resource + " has no kind");
        };
    }

    static String path(Resource resource, ObjectName name) {
        return (resource.group().isEmpty() ? "/api/" : "/apis/")
                + resource.apiVersion()
                + (name.namespace().isEmpty() ? "" : "/namespaces/" + name.namespace())
                + "/" + resource.plural()
                + (name.name().isEmpty() ? "" : "/" + name.name());
    }

    private static String query(Selection selection) {
        List<String> parts = new ArrayList<>();
        if (!selection.labelSelector().isEmpty()) {
            parts.add("labelSelector=" + encoded(selection.labelSelector()));
        }
        if (!selection.fieldSelector().isEmpty()) {
            parts.add("fieldSelector=" + encoded(selection.fieldSelector()));
        }
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private ObjectNode request(String method, String path, String media, @Nullable JsonNode body) {
        RawApi.Answer answer;
        try {
            String text = body == null ? "" : new String(Json.bytes(body), StandardCharsets.UTF_8);
            answer = raw.send(method, path, media, text);
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
        return Answers.object(answer);
    }

    private static ApiException unreachable(IOException e) {
        return new ApiException(
                503, "ServiceUnavailable", "the API server gives no answer: " + e.getMessage(), Json.object());
    }

    private static ApiException interrupted() {
        Thread.currentThread().interrupt();
        return new ApiException(503, "ServiceUnavailable", "interrupted", Json.object());
    }
}
