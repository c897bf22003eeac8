package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.LabelSelector;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Writes which pods stand behind each Service with a selector: EndpointSlices, and Endpoints for older readers. For a
/// Service without one, hand-written Endpoints become EndpointSlices.
final class Endpoints implements Controller {

    static final String SERVICE_LABEL = "kubernetes.io/service-name";
    private static final String MANAGED_LABEL = "endpointslice.kubernetes.io/managed-by";
    private static final String MANAGER = "endpointslice-controller.k8s.io";
    private static final String MIRROR = "endpointslicemirroring-controller.k8s.io";
    private static final String SKIP_MIRROR = "endpointslice.kubernetes.io/skip-mirror";

    private final ObjectApi api;
    private final Loop<ObjectName> loop = new Loop<>("endpoints", this::reconcile);

    Endpoints(ObjectApi api) {
        this.api = api;
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.SERVICES) || resource.equals(Resource.ENDPOINTS)) {
            loop.wake(name);
        } else if (resource.equals(Resource.PODS) || resource.equals(Resource.ENDPOINT_SLICES)) {
            for (ObjectNode service :
                    api.list(Resource.SERVICES, Selection.in(name.namespace())).items()) {
                loop.wake(ObjectName.of(service));
            }
        }
    }

    private void reconcile(ObjectName name) {
        Selection owned = Selection.withLabels(
                name.namespace(),
                "%s=%s,%s in (%s,%s)".formatted(SERVICE_LABEL, name.name(), MANAGED_LABEL, MANAGER, MIRROR));
        List<ObjectNode> present = api.list(Resource.ENDPOINT_SLICES, owned).items();
        Optional<ObjectNode> service = api.find(Resource.SERVICES, name).filter(s -> !Pods.isDeleting(s));
        if (service.isEmpty()) {
            replace(Json.object(), MANAGER, List.of(), present);
            if (api.find(Resource.ENDPOINTS, name).isPresent()) {
                api.delete(Resource.ENDPOINTS, name, DeleteOptions.DEFAULT);
            }
        } else if (Json.text(service.get(), "spec.type").equals("ExternalName")) {
            replace(service.get(), MANAGER, List.of(), present);
        } else if (Json.at(service.get(), "spec.selector").isEmpty()) {
            List<ObjectNode> mirrored = api.find(Resource.ENDPOINTS, name)
                    .filter(e ->
                            !Json.at(e, "metadata.labels").path(SKIP_MIRROR).asBoolean())
                    .map(EndpointMirror::slices)
                    .orElse(List.of());
            replace(service.get(), MIRROR, mirrored, present);
        } else {
            fromPods(name, service.get(), present);
        }
    }

    private void fromPods(ObjectName name, ObjectNode service, List<ObjectNode> present) {
        List<ObjectNode> pods = new ArrayList<>();
        LabelSelector selector = LabelSelector.ofMap(Json.at(service, "spec.selector"));
        for (ObjectNode pod :
                api.list(Resource.PODS, Selection.in(name.namespace())).items()) {
            if (selector.matches(Json.at(pod, "metadata.labels")) && !Pods.hasEnded(pod)) {
                pods.add(pod);
            }
        }
        Map<String, JsonNode> zones = new HashMap<>();
        api.list(Resource.NODES, Selection.ALL)
                .items()
                .forEach(node -> zones.put(
                        Json.text(node, "metadata.name"),
                        Json.at(node, "metadata.labels").path("topology.kubernetes.io/zone")));
        replace(service, MANAGER, new SlicePlan(service, pods, zones).slices(), present);
        endpoints(name, service, EndpointSubsets.of(service, pods));
    }

    /// Changes the present slices into the wanted ones, keeping names as far as there are as many.
    private void replace(ObjectNode service, String manager, List<ObjectNode> wanted, List<ObjectNode> present) {
        Map<String, List<ObjectNode>> free = new HashMap<>();
        for (ObjectNode slice : present) {
            free.computeIfAbsent(slice.path("addressType").asText(), t -> new ArrayList<>())
                    .add(slice);
        }
        Set<String> kept = new HashSet<>();
        for (ObjectNode slice : wanted) {
            List<ObjectNode> same = free.getOrDefault(slice.path("addressType").asText(), List.of());
            if (same.isEmpty()) {
                label(slice, service, manager);
                api.create(Resource.ENDPOINT_SLICES, slice);
            } else {
                ObjectNode before = same.removeFirst();
                kept.add(Owners.uid(before));
                ObjectNode next = before.deepCopy();
                next.set("endpoints", slice.path("endpoints"));
                next.set("ports", slice.path("ports"));
                if (!next.equals(before)) {
                    api.update(Resource.ENDPOINT_SLICES, next);
                }
            }
        }
        for (ObjectNode slice : present) {
            if (!kept.contains(Owners.uid(slice))) {
                api.delete(Resource.ENDPOINT_SLICES, ObjectName.of(slice), DeleteOptions.DEFAULT);
            }
        }
    }

    private static void label(ObjectNode slice, ObjectNode service, String manager) {
        ObjectName name = ObjectName.of(service);
        ObjectNode metadata = Json.ensure(slice, "metadata");
        metadata.put("namespace", name.namespace()).put("generateName", name.name() + "-");
        ObjectNode labels = metadata.putObject("labels");
        Json.at(service, "metadata.labels").properties().forEach(e -> labels.set(e.getKey(), e.getValue()));
        labels.put(SERVICE_LABEL, name.name()).put(MANAGED_LABEL, manager);
        if (Json.text(service, "spec.clusterIP").equals("None")) {
            labels.put("service.kubernetes.io/headless", "");
        }
        Owners.control(slice, service);
    }

    private void endpoints(ObjectName name, ObjectNode service, ArrayNode subsets) {
        Optional<ObjectNode> before = api.find(Resource.ENDPOINTS, name);
        ObjectNode next = before.map(ObjectNode::deepCopy).orElseGet(Json::object);
        ObjectNode metadata = Json.ensure(next, "metadata");
        metadata.put("namespace", name.namespace()).put("name", name.name());
        JsonNode labels = Json.at(service, "metadata.labels");
        if (labels.isObject()) {
            metadata.set("labels", labels.deepCopy());
        }
        if (subsets.isEmpty()) {
            next.remove("subsets");
        } else {
            next.set("subsets", subsets);
        }
        if (before.isEmpty()) {
            api.create(Resource.ENDPOINTS, next);
        } else if (!next.equals(before.get())) {
            api.update(Resource.ENDPOINTS, next);
        }
    }
}
