package io.stentor.lab.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.api.ServedKind;
import io.stentor.lab.api.ServerObjects;
import java.time.Duration;
import java.util.Optional;

/// Deletes the objects of a CustomResourceDefinition that is deleted, and lets it go when they are gone.
final class Definitions implements Controller {

    private static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

    private final ServerObjects api;
    private final Loop<ObjectName> loop = new Loop<>("definitions", this::reconcile);

    Definitions(ServerObjects api) {
        this.api = api;
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.CRDS)) {
            loop.wake(name);
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.CRDS, name);
        if (found.isEmpty() || !Pods.isDeleting(found.get())) {
            return;
        }
        int left = 0;
        for (ServedKind kind : api.kinds()) {
            if (!kind.resource().qualified().equals(name.name())) {
                continue;
            }
            for (ObjectNode object : api.list(kind.resource(), Selection.ALL).items()) {
                left++;
                if (!Pods.isDeleting(object)) {
                    delete(kind.resource(), ObjectName.of(object));
                }
            }
        }
        if (left > 0) {
            loop.wakeAfter(name, Duration.ofMillis(100));
            return;
        }
        ObjectNode next = found.get().deepCopy();
        ArrayNode finalizers = Json.ensure(next, "metadata").withArray("finalizers");
        finalizers.removeIf(f -> f.asText().equals(CLEANUP));
        api.update(Resource.CRDS, next);
    }

    private void delete(Resource resource, ObjectName name) {
        try {
            api.delete(resource, name, DeleteOptions.DEFAULT);
        } catch (ApiException gone) {
            if (!gone.isNotFound()) {
                throw gone;
            }
        }
    }
}
