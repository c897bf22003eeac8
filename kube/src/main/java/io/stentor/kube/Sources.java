package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The cluster's objects on their way into the [Store]: nodes and the pods of other nodes. What is there when it
/// starts is committed in few large batches, and its source then marked as synced; later changes one by one, or
/// together while there are many.
///
/// An API server that is away delays `synced`, and ends nothing.
public final class Sources implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("sources");

    /// Stands for all objects of a source where problems are kept by object; no object has this name.
    private static final String LISTING = "";

    private final Store store;
    private final String own;
    private final NodeTable nodes;
    private final PodTable pods = new PodTable();
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Set<Source> listed = EnumSet.noneOf(Source.class);
    private final Map<Source, String> troubles = new ConcurrentHashMap<>();
    private final List<Following<?>> informers = new ArrayList<>();
    private final Thread owner;

    private Sources(String own, Predicate<IpAddress> isHere, Store store) {
        this.own = own;
        this.store = store;
        this.nodes = new NodeTable(own, isHere);
        this.owner = Thread.ofVirtual().name("sources").unstarted(this::run);
    }

    /// @param own   name of the agent's own node: it keeps what others claim as well, and its pods are not remote
    /// @param isHere whether this host has an address, asked when the own node says that it has
    /// @param store awaits [Source#NODES] and [Source#PODS]
    public static Sources start(KubeClient client, String own, Predicate<IpAddress> isHere, Store store) {
        Sources sources = new Sources(own, isHere, store);
        sources.owner.start();
        sources.informers.add(client.follow(
                all(client, Kinds.CILIUM_NODE),
                sources.handler(
                        Source.NODES,
                        sources.nodes::seen,
                        object -> sources.nodes.gone(object.getMetadata().getName())),
                sources.trouble(Source.NODES, "CiliumNode")));
        sources.informers.add(client.follow(
                all(client, Kinds.CILIUM_ENDPOINT),
                sources.handler(Source.PODS, sources.pods::seen, object -> sources.pods.gone(PodTable.key(object))),
                sources.trouble(Source.PODS, "CiliumEndpoint")));
        return sources;
    }

    /// To be called when the host's addresses are others than before.
    public void hostChanged() {
        inbox.add(nodes::hostChanged);
    }

    /// Why objects cannot be listed, at the last try; empty when they could be, or nobody has tried.
    public Optional<String> trouble() {
        return troubles.values().stream().findAny();
    }

    private static FilterWatchListDeletable<GenericKubernetesResource, ?, ?> all(
            KubeClient client, ResourceDefinitionContext kind) {
        var objects = client.kubernetes().genericKubernetesResources(kind);
        return kind.isNamespaceScoped() ? objects.inAnyNamespace() : objects;
    }

    private ResourceEventHandler<GenericKubernetesResource> handler(
            Source source, Consumer<GenericKubernetesResource> seen, Consumer<GenericKubernetesResource> gone) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource object) {
                inbox.add(() -> seen.accept(object));
            }

            @Override
            public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource object) {
                inbox.add(() -> seen.accept(object));
            }

            @Override
            public void onDelete(GenericKubernetesResource object, boolean unseen) {
                inbox.add(() -> gone.accept(object));
            }

            @Override
            public void onList(String resourceVersion, boolean remainedEmpty) {
                troubles.remove(source);
                inbox.add(() -> listed.add(source));
            }
        };
    }

    /// While objects cannot be listed, what is known of them stays as it is.
    private Consumer<String> trouble(Source source, String kind) {
        return reason -> {
            troubles.put(source, reason);
            String text = "the objects cannot be listed: " + reason;
            store.commit(state -> state.withProblems(source, LISTING, List.of(new Problem(kind, "", text))));
        };
    }

    private void run() {
        List<Runnable> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(inbox.take());
                inbox.drainTo(batch);
                batch.forEach(Sources::attempt);
                batch.clear();
                attempt(this::commit);
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    /// What is said of a pod rests on what is known of its node: pods wait for the first list of the nodes.
    /// Told before, they would lead nowhere, and take the place of what an earlier agent knew better.
    private void commit() {
        boolean nodesChanged = nodes.settle();
        if (nodesChanged) {
            pods.nodesAre(
                    nodes.settled().values().stream().map(Translated::rows).toList(), own);
        }
        boolean nodesListed = listed.remove(Source.NODES);
        boolean tellPods = nodesListed || store.current().synced(Source.NODES);
        boolean podsListed = tellPods && listed.remove(Source.PODS);
        store.commit(state -> {
            State next = nodesChanged ? nodes.into(state) : state;
            if (nodesListed) {
                next = listed(Source.NODES, state.synced(Source.NODES) ? next : nodes.alone(next));
            }
            if (tellPods) {
                next = pods.into(next);
            }
            if (podsListed) {
                next = listed(Source.PODS, state.synced(Source.PODS) ? next : pods.alone(next));
            }
            return next;
        });
        nodes.told();
        if (tellPods) {
            pods.told();
        }
    }

    private static State listed(Source source, State state) {
        return state.withSynced(source).withProblems(source, LISTING, List.of());
    }

    /// One object that we stumble over must not keep the others away.
    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "an object of the cluster was not understood", e);
        }
    }

    @Override
    public void close() {
        informers.forEach(Following::close);
        owner.interrupt();
    }
}
