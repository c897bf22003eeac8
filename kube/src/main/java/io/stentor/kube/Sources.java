package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.stentor.model.IpAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// The cluster's objects on their way into the [Store]: nodes, the pods of other nodes, services and what stands behind
/// them. What is there when it starts is committed in few large batches, and its source then marked as synced; later
/// changes one by one, or together while there are many.
///
/// An API server that is away delays `synced`, and ends nothing.
public final class Sources implements AutoCloseable {

    private final KubeClient client;
    private final Intake intake;
    private final boolean balancing;
    private final Map<Source, String> troubles = new ConcurrentHashMap<>();
    private final List<Following<?>> informers = new ArrayList<>();

    private Sources(KubeClient client, Intake intake, boolean balancing) {
        this.client = client;
        this.balancing = balancing;
        this.intake = intake;
    }

    /// @param own      name of the agent's own node: it keeps what others claim as well, and its pods are not remote
    /// @param isHere   whether this host has an address, asked when the own node says that it has
    /// @param services which of them
    /// @param store    awaits [Source#NODES], [Source#OWN_NODE], [Source#PODS], [Source#SERVICES],
    /// [Source#SLICES] and [Source#HOST_PORTS]
    public static Sources start(
            KubeClient client, String own, Predicate<IpAddress> isHere, ServiceSettings services, Store store) {
        Intake intake = new Intake(own, isHere, services, store);
        Sources sources = new Sources(client, intake, services.balancing().enabled());
        sources.follow(Kinds.CILIUM_NODE, "", intake.nodes());
        sources.follow(Kinds.CILIUM_ENDPOINT, "", intake.pods());
        if (services.balancing().enabled()) {
            String proxyName = services.proxyName();
            sources.follow(Kinds.ENDPOINT_SLICE, ServiceLabels.sliceSelector(proxyName), intake.slices());
            sources.follow(Kinds.SERVICE, ServiceLabels.selector(proxyName), intake.services());
        } else {
            store.commit(Sources::withoutServices);
        }
        return sources;
    }

    /// They are somebody else's, whatever was known of them.
    private static State withoutServices(State state) {
        return state.with(Table.SERVICES, PersistentMap.empty())
                .with(Table.SLICES, PersistentMap.empty())
                .withSynced(Source.SERVICES)
                .withSynced(Source.HOST_PORTS)
                .withSynced(Source.SLICES);
    }

    /// To be told of the agent's own node whenever it is another than before.
    public void ownNode(LocalNode node) {
        intake.putOwnNode(node);
    }

    /// To be told of the pods of the agent's own node, which may want ports of it.
    public LocalPods.Listener localPods() {
        return new LocalPods.Listener() {
            @Override
            public void seen(Pod pod) {
                put(() -> intake.hostPorts().seen(pod));
            }

            @Override
            public void gone(Pod pod) {
                put(() -> intake.hostPorts().gone(pod));
            }

            @Override
            public void listed() {
                if (balancing) {
                    intake.putListed(Source.HOST_PORTS);
                }
            }

            // Somebody else opens them, unless services are ours.
            private void put(Runnable step) {
                if (balancing) {
                    intake.put(step);
                }
            }
        };
    }

    /// To be called when the host's addresses are others than before.
    public void hostChanged() {
        intake.hostChanged();
    }

    /// Why objects cannot be listed, at the last try; empty when they could be, or nobody has tried.
    public Optional<String> trouble() {
        return troubles.values().stream().findAny();
    }

    /// @param labels selector, or empty
    private void follow(ResourceDefinitionContext kind, String labels, ObjectTable table) {
        var all = all(kind);
        informers.add(client.follow(labels.isEmpty() ? all : all.withLabelSelector(labels), handler(table), reason -> {
            troubles.put(table.source(), reason);
            intake.cannotList(table.source(), kind.getKind(), reason);
        }));
    }

    private FilterWatchListDeletable<GenericKubernetesResource, ?, ?> all(ResourceDefinitionContext kind) {
        var objects = client.kubernetes().genericKubernetesResources(kind);
        return kind.isNamespaceScoped() ? objects.inAnyNamespace() : objects;
    }

    private ResourceEventHandler<GenericKubernetesResource> handler(ObjectTable table) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource object) {
                intake.put(() -> table.seen(object));
            }

            @Override
            public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource object) {
                intake.put(() -> table.seen(object));
            }

            @Override
            public void onDelete(GenericKubernetesResource object, boolean unseen) {
                intake.put(() -> table.gone(object));
            }

            @Override
            public void onList(String resourceVersion, boolean remainedEmpty) {
                troubles.remove(table.source());
                intake.putListed(table.source());
            }
        };
    }

    @Override
    public void close() {
        informers.forEach(Following::close);
        intake.close();
    }
}
