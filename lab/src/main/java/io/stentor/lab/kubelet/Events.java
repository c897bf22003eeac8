package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// What a node tells people, as Event objects. The same thing about the same object is counted up, not repeated.
final class Events {

    private static final System.Logger LOG = System.getLogger("kubelet");
    private static final int REMEMBERED = 1000;

    /// What the API takes of a name, less a dot and the serial number.
    private static final int LONGEST_NAME = 253 - 17;

    /// What it takes of a message.
    private static final int LONGEST_MESSAGE = 1024;

    /// An event of this kind is on record under this name.
    private record Seen(ObjectName event, int count) {}

    private record Key(String uid, String type, String reason, String message) {}

    private final ObjectApi api;
    private final String node;
    private final AtomicLong serial = new AtomicLong(System.nanoTime());

    private final Map<Key, Seen> seen = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Seen> eldest) {
            return size() > REMEMBERED;
        }
    };

    Events(ObjectApi api, String node) {
        this.api = api;
        this.node = node;
    }

    void normal(JsonNode pod, String reason, String message) {
        say(pod, new Key(uid(pod), "Normal", reason, message));
    }

    void warning(JsonNode pod, String reason, String message) {
        say(pod, new Key(uid(pod), "Warning", reason, message));
    }

    private static String uid(JsonNode object) {
        return object.path("metadata").path("uid").asText();
    }

    private synchronized void say(JsonNode pod, Key key) {
        Seen known = seen.get(key);
        String now = PodStatus.time(Instant.now());
        try {
            if (known != null) {
                ObjectNode patch = Json.object().put("count", known.count() + 1).put("lastTimestamp", now);
                api.mergePatch(Resource.EVENTS, known.event(), "", patch);
                seen.put(key, new Seen(known.event(), known.count() + 1));
            } else {
                ObjectNode event = event(pod, key, now);
                api.create(Resource.EVENTS, event);
                seen.put(key, new Seen(ObjectName.of(event), 1));
            }
        } catch (ApiException e) {
            // A namespace that is going takes no more events; nor does one that has lost its old ones.
            seen.remove(key);
            LOG.log(System.Logger.Level.DEBUG, "event not recorded: " + e.getMessage());
        }
    }

    private ObjectNode event(JsonNode pod, Key key, String now) {
        ObjectName name = ObjectName.of(pod);
        ObjectNode event = Json.object().put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata")
                .put("namespace", name.namespace())
                .put(
                        "name",
                        shortened(name.name(), LONGEST_NAME) + "."
                                + HexFormat.of().toHexDigits(serial.incrementAndGet()));
        event.putObject("involvedObject")
                .put("apiVersion", "v1")
                .put("kind", "Pod")
                .put("namespace", name.namespace())
                .put("name", name.name())
                .put("uid", key.uid());
        event.put("type", key.type())
                .put("reason", key.reason())
                .put("message", shortened(key.message(), LONGEST_MESSAGE));
        event.put("firstTimestamp", now).put("lastTimestamp", now).put("count", 1);
        event.put("reportingComponent", "kubelet").put("reportingInstance", node);
        event.putObject("source").put("component", "kubelet").put("host", node);
        return event;
    }

    /// Without a dot or dash at its end, where a name may have none.
    private static String shortened(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest).replaceAll("[-.]+$", "");
    }
}
