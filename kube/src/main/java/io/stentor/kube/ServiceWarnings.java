package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Problem;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Tells in events what is wrong with Services and with what stands behind them, as far as it is the same for every
/// node. Who leads the cluster's work does that: a thousand agents would say it a thousand times.
public final class ServiceWarnings implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("services");

    private final KubeClient client;
    private final ServiceSettings settings;
    private final ServiceEvents events;
    private final Rivals rivals = new Rivals();
    private final Map<ServiceName, Known> services = new HashMap<>();

    /// By service, and by the slice's name.
    private final Map<ServiceName, Map<String, List<Problem>>> slices = new HashMap<>();

    private final List<Following<?>> informers = new ArrayList<>();

    private record Known(String uid, List<Problem> problems) {}

    private ServiceWarnings(KubeClient client, ServiceSettings settings) {
        this.client = client;
        this.settings = settings;
        this.events = new ServiceEvents(client.kubernetes());
    }

    /// Says nothing where services are somebody else's.
    public static ServiceWarnings start(KubeClient client, ServiceSettings settings) {
        ServiceWarnings warnings = new ServiceWarnings(client, settings);
        if (settings.balancing().enabled()) {
            String proxyName = settings.proxyName();
            warnings.follow(
                    Kinds.SERVICE,
                    ServiceLabels.selector(proxyName),
                    warnings::serviceSeen,
                    object -> warnings.serviceGone(name(object)));
            warnings.follow(
                    Kinds.ENDPOINT_SLICE,
                    ServiceLabels.sliceSelector(proxyName),
                    warnings::sliceSeen,
                    warnings::sliceGone);
        }
        return warnings;
    }

    private void follow(
            ResourceDefinitionContext kind,
            String labels,
            Consumer<GenericKubernetesResource> seen,
            Consumer<GenericKubernetesResource> gone) {
        ResourceEventHandler<GenericKubernetesResource> handler = new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource object) {
                seen.accept(object);
            }

            @Override
            public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource object) {
                seen.accept(object);
            }

            @Override
            public void onDelete(GenericKubernetesResource object, boolean unseen) {
                gone.accept(object);
            }
        };
        informers.add(client.follow(
                client.kubernetes()
                        .genericKubernetesResources(kind)
                        .inAnyNamespace()
                        .withLabelSelector(labels),
                handler,
                reason -> LOG.log(Level.WARNING, kind.getPlural() + " cannot be listed: " + reason)));
    }

    private static ServiceName name(GenericKubernetesResource object) {
        return new ServiceName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    private synchronized void serviceSeen(GenericKubernetesResource object) {
        Translated<Optional<Service>> service = Services.translate(object, settings);
        String uid = Objects.requireNonNullElse(object.getMetadata().getUid(), "");
        services.put(name(object), new Known(uid, service.problems()));
        Set<ServiceName> concerned =
                new TreeSet<>(service.rows().map(rivals::put).orElseGet(() -> rivals.remove(name(object))));
        concerned.add(name(object));
        concerned.forEach(this::tell);
    }

    private synchronized void serviceGone(ServiceName name) {
        services.remove(name);
        events.tell(name, "", List.of());
        rivals.remove(name).forEach(this::tell);
    }

    private static ServiceName serviceOf(GenericKubernetesResource slice) {
        return new ServiceName(slice.getMetadata().getNamespace(), ServiceLabels.serviceName(ServiceLabels.of(slice)));
    }

    private synchronized void sliceSeen(GenericKubernetesResource object) {
        Translated<Optional<EndpointSlice>> slice = EndpointSlices.translate(object, settings);
        put(serviceOf(object), object.getMetadata().getName(), slice.problems());
    }

    private synchronized void sliceGone(GenericKubernetesResource object) {
        put(serviceOf(object), object.getMetadata().getName(), List.of());
    }

    private void put(ServiceName service, String slice, List<Problem> problems) {
        Map<String, List<Problem>> known = slices.computeIfAbsent(service, _ -> new HashMap<>());
        List<Problem> before = problems.isEmpty() ? known.remove(slice) : known.put(slice, problems);
        if (known.isEmpty()) {
            slices.remove(service);
        }
        if (!problems.equals(Objects.requireNonNullElse(before, List.of()))) {
            tell(service);
        }
    }

    private void tell(ServiceName name) {
        Known known = services.get(name);
        if (known == null) {
            return;
        }
        List<Problem> all = new ArrayList<>(known.problems);
        all.addAll(rivals.problems(name));
        slices.getOrDefault(name, Map.of())
                .values()
                .forEach(problems -> problems.forEach(problem -> all.add(
                        new Problem(name.object(), problem.object() + " " + problem.field(), problem.reason()))));
        events.tell(name, known.uid, all);
    }

    @Override
    public void close() {
        informers.forEach(Following::close);
        events.close();
    }
}
