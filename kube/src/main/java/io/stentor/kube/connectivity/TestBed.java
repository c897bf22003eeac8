package io.stentor.kube.connectivity;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The namespace of a run and the pods in it.
final class TestBed {

    static final Map<String, String> LABELS = Map.of("app.kubernetes.io/managed-by", "stentor-connectivity-test");

    /// The pods are in nodes' networks and make raw sockets.
    private static final String PRIVILEGED = "pod-security.kubernetes.io/enforce";

    private static final Duration POLL = Duration.ofMillis(100);

    private final KubernetesClient kubernetes;
    private final Options.Pods options;
    private final long deadline;
    private volatile boolean made;

    /// @param patience for everything that is waited for here
    TestBed(KubernetesClient kubernetes, Options.Pods options, Duration patience) {
        this.kubernetes = kubernetes;
        this.options = options;
        this.deadline = System.nanoTime() + patience.toNanos();
    }

    /// Makes the namespace, after an earlier run's has gone.
    ///
    /// @param program the probe, in base64
    /// @throws ConnectivityFailure if the namespace is somebody else's
    void prepare(String program, Progress progress) throws InterruptedException {
        var namespace = kubernetes.namespaces().withName(options.namespace());
        Namespace there = namespace.get();
        if (there != null) {
            Map<String, String> labels = there.getMetadata().getLabels();
            if (labels == null || !labels.entrySet().containsAll(LABELS.entrySet())) {
                throw ConnectivityFailure.ofUse("the namespace '" + options.namespace()
                        + "' is there and not from this command: choose another --test-namespace");
            }
            progress.step("removing the namespace " + options.namespace() + " of an earlier run");
            namespace.delete();
            if (!holds(left(), () -> namespace.get() == null)) {
                throw ConnectivityFailure.ofCluster("the namespace '" + options.namespace()
                        + "' of an earlier run does not go: 'kubectl get namespace " + options.namespace()
                        + " -o yaml' says why");
            }
        }
        kubernetes
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(options.namespace())
                        .withLabels(LABELS)
                        .addToLabels(PRIVILEGED, "privileged")
                        .endMetadata()
                        .build())
                .create();
        made = true;
        // Before it is there, pods are refused.
        var account =
                kubernetes.serviceAccounts().inNamespace(options.namespace()).withName("default");
        if (!holds(left(), () -> account.get() != null)) {
            throw ConnectivityFailure.ofCluster("the namespace '" + options.namespace()
                    + "' gets no service account 'default': is the controller manager at work?");
        }
        kubernetes
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(PodForm.CONFIG_MAP)
                        .withNamespace(options.namespace())
                        .withLabels(LABELS)
                        .endMetadata()
                        .addToBinaryData(PodForm.KEY, program)
                        .build())
                .create();
    }

    void create(PodForm form) {
        kubernetes.resource(form.pod(options.namespace(), options.image())).create();
    }

    Optional<Pod> pod(String name) {
        return Optional.ofNullable(kubernetes
                .pods()
                .inNamespace(options.namespace())
                .withName(name)
                .get());
    }

    /// All pods by name.
    Map<String, Pod> pods() {
        return kubernetes.pods().inNamespace(options.namespace()).list().getItems().stream()
                .collect(Collectors.toMap(pod -> pod.getMetadata().getName(), pod -> pod));
    }

    /// What the pod has printed so far; "" before it could.
    String log(String pod) {
        return log(pod, Integer.MAX_VALUE);
    }

    /// The last lines of it.
    String log(String pod, int lines) {
        try {
            return Objects.requireNonNullElse(
                    kubernetes
                            .pods()
                            .inNamespace(options.namespace())
                            .withName(pod)
                            .withReadyWaitTimeout(0)
                            .tailingLines(lines)
                            .getLog(),
                    "");
        } catch (KubernetesClientException notYet) {
            if (notYet.getCode() == HttpURLConnection.HTTP_BAD_REQUEST
                    || notYet.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return "";
            }
            throw notYet;
        }
    }

    void delete(String pod) {
        kubernetes
                .pods()
                .inNamespace(options.namespace())
                .withName(pod)
                .withGracePeriod(1)
                .delete();
    }

    /// Why a pod is not running, as well as its status and its last warning tell.
    String whyNotRunning(String name) {
        Optional<String> status = pod(name).stream()
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .flatMap(container -> reason(container).stream())
                .findFirst();
        Optional<String> event = kubernetes.v1().events().inNamespace(options.namespace()).list().getItems().stream()
                .filter(each -> name.equals(each.getInvolvedObject().getName()))
                .filter(each -> "Warning".equals(each.getType()) && !"NotSupported".equals(each.getReason()))
                .max(Comparator.comparing(each -> Objects.requireNonNullElse(each.getLastTimestamp(), "")))
                .map(Event::getMessage);
        String why = Stream.concat(status.stream(), event.stream()).distinct().collect(Collectors.joining("; "));
        return why.isEmpty() ? "no reason is told" : why;
    }

    private static Optional<String> reason(ContainerStatus container) {
        var state = container.getState();
        if (state.getWaiting() != null) {
            return Optional.of(state.getWaiting().getReason()
                    + (state.getWaiting().getMessage() == null
                            ? ""
                            : ": " + state.getWaiting().getMessage()));
        }
        return Optional.ofNullable(state.getTerminated())
                .map(ended -> "it has ended with exit code " + ended.getExitCode());
    }

    /// What is left of the time for everything.
    Duration left() {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    /// Asks again and again.
    ///
    /// @param patience at most that of the whole run
    /// @return empty when it was over
    <T> Optional<T> await(Duration patience, Supplier<Optional<T>> question) throws InterruptedException {
        long end = Math.min(deadline, System.nanoTime() + patience.toNanos());
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent() || System.nanoTime() > end) {
                return answer;
            }
            Thread.sleep(POLL);
        }
    }

    /// As [#await].
    ///
    /// @return whether it came true in time
    boolean holds(Duration patience, BooleanSupplier condition) throws InterruptedException {
        return await(patience, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty())
                .isPresent();
    }

    /// Has the namespace removed, unless it is to be kept. Does not wait: the next run does.
    ///
    /// @return what is to be said of it
    Optional<String> end() {
        if (!made) {
            return Optional.empty();
        }
        made = false;
        String name = options.namespace();
        if (options.keep()) {
            return Optional.of("the namespace " + name + " stays: 'kubectl get pods -o wide -n " + name
                    + "' shows what is in it, 'kubectl delete namespace " + name + "' removes it");
        }
        try {
            kubernetes.namespaces().withName(name).delete();
            return Optional.empty();
        } catch (KubernetesClientException refused) {
            return Optional.of(
                    "the namespace " + name + " could not be removed, the next run will: " + refused.getMessage());
        }
    }
}
