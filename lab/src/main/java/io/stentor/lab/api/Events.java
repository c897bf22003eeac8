package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Optional;

/// Records what happened to an object, as Event objects that `kubectl describe` shows. The same event again counts up.
public final class Events {

    private static final Logger LOG = System.getLogger("events");

    private final ObjectApi api;
    private final String component;
    private final String host;

    /// @param component who speaks: `kubelet`, `default-scheduler`
    /// @param host      the node it runs on, or ""
    public Events(ObjectApi api, String component, String host) {
        this.api = api;
        this.component = component;
        this.host = host;
    }

    /// Something that is as it should be.
    public void normal(JsonNode about, String reason, String message) {
        record(about, "Normal", reason, message);
    }

    /// Something that somebody should look at.
    public void warning(JsonNode about, String reason, String message) {
        record(about, "Warning", reason, message);
    }

    private void record(JsonNode about, String type, String reason, String message) {
        ObjectName object = ObjectName.of(about);
        String namespace = object.namespace().isEmpty() ? "default" : object.namespace();
        String uid = Json.text(about, "metadata.uid");
        String hash = Integer.toHexString((uid + component + host + type + reason + message).hashCode());
        ObjectName name = new ObjectName(namespace, object.name() + "." + hash);
        String now = Metadata.time(Instant.now());
        try {
            Optional<ObjectNode> before = api.find(Resource.EVENTS, name);
            if (before.isPresent()) {
                int count = before.get().path("count").asInt(1);
                ObjectNode patch = Json.object().put("count", count + 1).put("lastTimestamp", now);
                api.mergePatch(Resource.EVENTS, name, "", patch);
                return;
            }
            ObjectNode event = Json.object();
            event.putObject("metadata").put("namespace", namespace).put("name", name.name());
            event.putObject("involvedObject")
                    .put("apiVersion", about.path("apiVersion").asText())
                    .put("kind", about.path("kind").asText())
                    .put("namespace", object.namespace())
                    .put("name", object.name())
                    .put("uid", uid)
                    .put("resourceVersion", Json.text(about, "metadata.resourceVersion"));
            event.put("type", type).put("reason", reason).put("message", message);
            event.put("count", 1).put("firstTimestamp", now).put("lastTimestamp", now);
            ObjectNode source = event.putObject("source").put("component", component);
            if (!host.isEmpty()) {
                source.put("host", host);
            }
            event.put("reportingComponent", component).put("reportingInstance", host);
            api.create(Resource.EVENTS, event);
        } catch (ApiException refused) {
            // A namespace that is going takes no more events, and nobody would read them.
            LOG.log(Level.DEBUG, "event {0} of {1}: {2}", reason, object, refused.getMessage());
        }
    }
}
