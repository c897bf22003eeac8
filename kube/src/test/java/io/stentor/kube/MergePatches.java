package io.stentor.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The mock server appends to lists where a merge patch replaces them, and keeps what it sets to null. Here a merge
/// patch becomes the JSON patch of the same meaning, which the mock server understands.
final class MergePatches extends KubernetesCrudDispatcher {

    private static final ObjectMapper JSON = new ObjectMapper();

    MergePatches(List<CustomResourceDefinitionContext> kinds) {
        super(kinds);
    }

    @Override
    public MockResponse handlePatch(RecordedRequest request) {
        if (!"application/merge-patch+json".equals(request.getHeader("Content-Type"))) {
            return super.handlePatch(request);
        }
        try {
            JsonNode patch = JSON.readTree(request.getBody().getBytes());
            String path = request.getPath().replaceAll("/status(\\?.*)?$|\\?.*$", "");
            MockResponse there = handleGet(path);
            if (there.code() != 200) {
                return there;
            }
            JsonNode object = JSON.readTree(there.getBody().getBytes());
            JsonNode version = patch.at("/metadata/resourceVersion");
            if (version.isTextual() && !version.equals(object.at("/metadata/resourceVersion"))) {
                return new MockResponse().setResponseCode(409);
            }
            ArrayNode operations = JSON.createArrayNode();
            translate("", patch, object, operations);
            return super.handlePatch(new RecordedRequest(
                    request.getHttpVersion(),
                    request.method(),
                    request.getPath(),
                    request.getHeaders()
                            .newBuilder()
                            .setHeader("Content-Type", "application/json-patch+json")
                            .build(),
                    new Buffer(operations.toString().getBytes(StandardCharsets.UTF_8))));
        } catch (IOException e) {
            return new MockResponse().setResponseCode(400);
        }
    }

    /// The mock server finds nothing by fields that it does not know. Tests have pods of one node only.
    @Override
    public MockResponse handleGet(String path) {
        return super.handleGet(withoutNode(path));
    }

    @Override
    public MockResponse handleWatch(String path) {
        return super.handleWatch(withoutNode(path));
    }

    private static String withoutNode(String path) {
        return path.replaceAll("fieldSelector=spec.nodeName%3D[a-z]+&?", "");
    }

    private static void translate(String path, JsonNode patch, JsonNode object, ArrayNode operations) {
        patch.properties().forEach(field -> {
            String at = path + "/" + field.getKey().replace("~", "~0").replace("/", "~1");
            JsonNode there = object.path(field.getKey());
            if (field.getValue().isObject() && there.isObject()) {
                translate(at, field.getValue(), there, operations);
            } else if (!field.getValue().isNull()) {
                ObjectNode add = operations.addObject().put("op", "add").put("path", at);
                add.set("value", field.getValue());
            } else if (!there.isMissingNode()) {
                operations.addObject().put("op", "remove").put("path", at);
            }
        });
    }
}
