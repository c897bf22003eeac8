package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.Mirror;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Nodes without processes: their pods run at once and end at once. Images named `never-ready` run and are not ready.
public final class FakeKubelet implements AutoCloseable {

    private final ObjectApi api;
    private final AtomicInteger addresses = new AtomicInteger(1);
    private final Mirror mirror;

    public FakeKubelet(ObjectApi api, List<String> nodes) {
        this.api = api;
        nodes.forEach(this::register);
        this.mirror = Mirror.start(api, Resource.PODS, Selection.ALL, this::pod);
    }

    private void register(String name) {
        ObjectNode node = Json.object();
        Json.ensure(node, "metadata").put("name", name);
        Json.ensure(node, "metadata.labels").put("kubernetes.io/hostname", name);
        ObjectNode status = node.putObject("status");
        status.putArray("addresses").addObject().put("type", "InternalIP").put("address", "192.168.7.1");
        status.putObject("nodeInfo").put("kubeletVersion", "v1.32.0");
        Pods.condition(status, "Ready", true, "KubeletReady", "it is");
        api.create(Resource.NODES, node);
    }

    private void pod(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.PODS, name);
        if (found.isEmpty() || Pods.nodeName(found.get()).isEmpty()) {
            return;
        }
        ObjectNode pod = found.get();
        try {
            if (Pods.isDeleting(pod)) {
                api.delete(Resource.PODS, name, DeleteOptions.now(Owners.uid(pod)));
            } else if (Json.text(pod, "status.phase").equals("Pending")) {
                run(pod.deepCopy());
            }
        } catch (ApiException changed) {
            if (!changed.isConflict() && !changed.isNotFound()) {
                throw changed;
            }
        }
    }

    private void run(ObjectNode pod) {
        ObjectNode status = Json.ensure(pod, "status");
        String ip = "10.1.0." + addresses.getAndIncrement();
        status.put("phase", "Running")
                .put("podIP", ip)
                .putArray("podIPs")
                .addObject()
                .put("ip", ip);
        boolean ready = true;
        for (JsonNode container : Json.at(pod, "spec.containers")) {
            boolean well = !container.path("image").asText().contains("never-ready");
            ready &= well;
            ObjectNode own = status.withArray("containerStatuses")
                    .addObject()
                    .put("name", container.path("name").asText())
                    .put("image", container.path("image").asText())
                    .put("imageID", "")
                    .put("ready", well)
                    .put("restartCount", 0);
            own.putObject("state").putObject("running").put("startedAt", Pods.now());
        }
        Pods.condition(status, "Ready", ready, "", "");
        api.updateStatus(Resource.PODS, pod);
    }

    @Override
    public void close() {
        mirror.close();
    }
}
