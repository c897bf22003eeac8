package io.stentor.lab.control;

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

/// Gives a namespace what each has (the service account `default`, the authority's certificate), and empties one that
/// is deleted.
final class Namespaces implements Controller {

    private static final String ACCOUNT = "default";
    private static final String AUTHORITY = "kube-root-ca.crt";

    private final ServerObjects api;
    private final ControlConfig config;
    private final Loop<ObjectName> loop = new Loop<>("namespaces", this::reconcile);

    Namespaces(ServerObjects api, ControlConfig config) {
        this.api = api;
        this.config = config;
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.NAMESPACES)) {
            loop.wake(name);
        } else if (resource.equals(Resource.SERVICE_ACCOUNTS) && name.name().equals(ACCOUNT)) {
            loop.wake(new ObjectName("", name.namespace()));
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.NAMESPACES, name);
        if (found.isEmpty()) {
            return;
        }
        if (Pods.isDeleting(found.get())) {
            empty(name);
            return;
        }
        if (api.find(Resource.SERVICE_ACCOUNTS, new ObjectName(name.name(), ACCOUNT))
                .isEmpty()) {
            api.create(Resource.SERVICE_ACCOUNTS, named(name.name(), ACCOUNT));
        }
        if (!config.authorityPem().isEmpty()
                && api.find(Resource.CONFIG_MAPS, new ObjectName(name.name(), AUTHORITY))
                        .isEmpty()) {
            ObjectNode map = named(name.name(), AUTHORITY);
            map.putObject("data").put("ca.crt", config.authorityPem());
            api.create(Resource.CONFIG_MAPS, map);
        }
    }

    private static ObjectNode named(String namespace, String name) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("namespace", namespace).put("name", name);
        return object;
    }

    private void empty(ObjectName namespace) {
        int left = 0;
        for (ServedKind kind : api.kinds()) {
            if (!kind.namespaced()) {
                continue;
            }
            for (ObjectNode object :
                    api.list(kind.resource(), Selection.in(namespace.name())).items()) {
                left++;
                if (!Pods.isDeleting(object)) {
                    delete(kind.resource(), ObjectName.of(object));
                }
            }
        }
        if (left == 0) {
            ObjectNode patch = Json.object();
            patch.putObject("spec").putArray("finalizers");
            api.mergePatch(Resource.NAMESPACES, namespace, "finalize", patch);
        } else {
            // Some stay until kubelets and finalizers are done with them.
            loop.wakeAfter(namespace, Duration.ofMillis(200));
        }
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
