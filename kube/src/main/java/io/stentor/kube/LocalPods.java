package io.stentor.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.stentor.model.PodName;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The pods of the agent's own node, as Kubernetes has them.
public final class LocalPods implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("pods");

    /// Annotation of the object that stands for a static pod: the UID that kubelet and the runtime know it by.
    private static final String MIRRORED = "kubernetes.io/config.mirror";

    private static final Listener UNHEARD = new Listener() {
        @Override
        public void seen(Pod pod) {}

        @Override
        public void gone(Pod pod) {}

        @Override
        public void listed() {}
    };

    private final KubernetesClient kubernetes;
    private final String node;
    private final Map<String, Pod> pods = new ConcurrentHashMap<>();
    private final Following<Pod> following;
    private final Listener all;
    private volatile Consumer<String> listener = _ -> {};
    private volatile boolean listed;

    /// Whom to tell of all of them.
    public interface Listener {
        void seen(Pod pod);

        void gone(Pod pod);

        /// All that there were at the start have been seen.
        void listed();
    }

    private LocalPods(KubeClient client, String node, Listener all) {
        this.all = all;
        this.kubernetes = client.kubernetes();
        this.node = node;
        this.following =
                client.follow(kubernetes.pods().inAnyNamespace().withField("spec.nodeName", node), new Changes());
    }

    /// @param node name of the agent's own node
    public static LocalPods start(KubeClient client, String node) {
        return new LocalPods(client, node, UNHEARD);
    }

    /// @param node name of the agent's own node
    /// @param all  is told of each pod that is new, or another than before, or gone, one after the other
    public static LocalPods start(KubeClient client, String node, Listener all) {
        return new LocalPods(client, node, all);
    }

    String node() {
        return node;
    }

    Optional<Pod> find(PodName pod) {
        return Optional.ofNullable(pods.get(pod.toString())).filter(object -> is(object, pod));
    }

    /// Whom to tell the `namespace/name` of each pod that is new or another than before; one at most.
    void whenSeen(Consumer<String> whom) {
        listener = whom;
        pods.keySet().forEach(whom);
    }

    /// Whether a pod is known not to be there any more. What is followed may be behind, so that a pod that is missing
    /// there is asked for by its name; while the API server does not answer, no pod is gone.
    ///
    /// @param pod with the UID that the runtime gave, or "" where it gave none
    public boolean isGone(PodName pod) {
        if (!listed || pod.namespace().isEmpty() || find(pod).isPresent()) {
            return false;
        }
        try {
            Pod now = kubernetes
                    .pods()
                    .inNamespace(pod.namespace())
                    .withName(pod.name())
                    .get();
            return now == null || !is(now, pod);
        } catch (RuntimeException away) {
            LOG.log(Level.DEBUG, () -> "cannot ask for pod " + pod + ": " + Failure.reason(away));
            return false;
        }
    }

    private boolean is(Pod object, PodName pod) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        String mirrored = annotations == null ? "" : annotations.getOrDefault(MIRRORED, "");
        boolean here = object.getSpec() == null || node.equals(object.getSpec().getNodeName());
        return here
                && (pod.uid().isEmpty()
                        || pod.uid().equals(object.getMetadata().getUid())
                        || pod.uid().equals(mirrored));
    }

    private final class Changes implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            String key = key(pod);
            pods.put(key, pod);
            all.seen(pod);
            listener.accept(key);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            onAdd(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean unseen) {
            pods.remove(key(pod));
            all.gone(pod);
        }

        @Override
        public void onList(String resourceVersion, boolean remainedEmpty) {
            listed = true;
            all.listed();
        }

        private static String key(Pod pod) {
            return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
        }
    }

    @Override
    public void close() {
        following.close();
    }
}
