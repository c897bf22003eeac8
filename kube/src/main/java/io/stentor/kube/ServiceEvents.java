package io.stentor.kube;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.stentor.model.Problem;
import io.stentor.model.ServiceName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Events that tell of problems of Services. One problem has one event, whoever tells it and however often: its name is
/// a function of both, and told again it counts on. A problem that lasts is told again before the server forgets.
final class ServiceEvents implements AutoCloseable {

    private static final String REASON = "NotServedAsAsked";
    private static final String SOURCE = "stentor-operator";
    private static final int LONGEST_MESSAGE = 1024;
    private static final int EXISTS = 409;

    /// Servers keep events for an hour.
    private static final Duration AGAIN = Duration.ofMinutes(30);

    private final KubernetesClient kubernetes;
    private final Retrying work = new Retrying("events", this::write);

    /// By service and by the event's name.
    private final Map<ServiceName, Map<String, Told>> told = new HashMap<>();

    /// @param uid of the service
    private record Told(ServiceName service, String uid, Problem problem) {
        String name() {
            String text = uid + " " + problem;
            return service.name() + "." + UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
        }

        Event event() {
            String now = now();
            String message = problem.field().isEmpty() ? problem.reason() : problem.field() + ": " + problem.reason();
            return new EventBuilder()
                    .withNewMetadata()
                    .withNamespace(service.namespace())
                    .withName(name())
                    .endMetadata()
                    .withNewInvolvedObject()
                    .withApiVersion("v1")
                    .withKind("Service")
                    .withNamespace(service.namespace())
                    .withName(service.name())
                    .withUid(uid)
                    .endInvolvedObject()
                    .withType("Warning")
                    .withReason(REASON)
                    .withMessage(message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)))
                    .withNewSource()
                    .withComponent(SOURCE)
                    .endSource()
                    .withFirstTimestamp(now)
                    .withLastTimestamp(now)
                    .withCount(1)
                    .build();
        }
    }

    ServiceEvents(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// These are now all the problems of a service.
    synchronized void tell(ServiceName service, String uid, List<Problem> problems) {
        Map<String, Told> before = told.getOrDefault(service, Map.of());
        Map<String, Told> now = new HashMap<>();
        for (Problem problem : problems) {
            Told one = new Told(service, uid, problem);
            now.put(one.name(), one);
        }
        if (now.isEmpty()) {
            told.remove(service);
        } else {
            told.put(service, now);
        }
        now.keySet().stream()
                .filter(name -> !before.containsKey(name))
                .forEach(name -> work.due(service.namespace() + "/" + name));
    }

    private synchronized @org.jspecify.annotations.Nullable Told find(String key) {
        String namespace = key.substring(0, key.indexOf('/'));
        String name = key.substring(key.indexOf('/') + 1);
        String service = name.substring(0, name.lastIndexOf('.'));
        return told.getOrDefault(new ServiceName(namespace, service), Map.of()).get(name);
    }

    private void write(String key) {
        Told current = find(key);
        if (current == null) {
            return;
        }
        try {
            kubernetes.resource(current.event()).create();
        } catch (KubernetesClientException refused) {
            if (refused.getCode() != EXISTS) {
                throw refused;
            }
            kubernetes
                    .v1()
                    .events()
                    .inNamespace(current.service.namespace())
                    .withName(current.name())
                    .edit(event -> new EventBuilder(event)
                            .withCount(event.getCount() == null ? 2 : event.getCount() + 1)
                            .withLastTimestamp(now())
                            .build());
        }
        work.due(key, AGAIN);
    }

    @Override
    public void close() {
        work.close();
    }
}
