package io.stentor.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The connection to the Kubernetes API. It is opened without asking the server anything: a server that is away, slow
/// or answering errors is met again and again by whoever uses the connection, and never ends the process.
public final class KubeClient implements AutoCloseable {
    private static final int PEOPLES_QPS = 50;

    private final KubernetesClient kubernetes;
    private final ExecutorService tasks;
    private final Reachability reachability;

    KubeClient(KubernetesClient kubernetes, ExecutorService tasks, Reachability reachability) {
        this.kubernetes = kubernetes;
        this.tasks = tasks;
        this.reachability = reachability;
    }

    /// @throws IllegalArgumentException with a sentence, when the kubeconfig cannot be used
    public static KubeClient open(ApiSettings settings) {
        KubernetesSerialization serialization = Wire.serialization();
        Config config = config(settings, serialization);
        // Plain HTTP for watches: one thing less that what is in between may not understand.
        config.setOnlyHttpWatches(true);
        return open(config, serialization, new RequestRate(settings.qps(), settings.burst()));
    }

    /// For commands of people, who have kubeconfigs.
    ///
    /// @param kubeconfigs merged, as `KUBECONFIG` names them
    /// @param context     instead of the current one
    /// @throws IllegalArgumentException with a sentence, when they cannot be used
    public static KubeClient open(List<Path> kubeconfigs, Optional<String> context) {
        KubernetesSerialization serialization = Wire.serialization();
        String names = kubeconfigs.stream().map(Path::toString).collect(Collectors.joining(", "));
        kubeconfigs.forEach(KubeClient::requireReadable);
        try {
            Config config = Wire.kubeconfig(serialization, kubeconfigs, context);
            config.setOnlyHttpWatches(true);
            return open(config, serialization, new RequestRate(PEOPLES_QPS, 2 * PEOPLES_QPS));
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("the kubeconfig " + names + " makes no sense: " + e.getMessage(), e);
        }
    }

    private static void requireReadable(Path kubeconfig) {
        if (!Files.isReadable(kubeconfig)) {
            throw new IllegalArgumentException("the kubeconfig " + kubeconfig + " cannot be read");
        }
    }

    static KubeClient open(Config config, RequestRate rate) {
        return open(config, Wire.serialization(), rate);
    }

    private static KubeClient open(Config config, KubernetesSerialization serialization, RequestRate rate) {
        Reachability reachability = new Reachability();
        Silence silence = new Silence(Duration.ofMillis(config.getRequestTimeout()), reachability);
        return open(config, serialization, new Interceptors(rate, reachability, silence));
    }

    /// What is done with every request and answer.
    record Interceptors(RequestRate rate, Reachability reachability, Silence silence) {}

    static KubeClient open(Config config, KubernetesSerialization serialization, Interceptors interceptors) {
        // Doubled five times: after an outage, changes are seen 16 s late at most.
        config.setWatchReconnectInterval(500);
        config.setWatchReconnectLimit(-1);
        // Whoever calls has a loop of its own; waiting twice would only hide what is wrong.
        // Once, though: the client tells of a connection that failed only when it tries again.
        config.setRequestRetryBackoffLimit(1);
        config.setRequestRetryBackoffInterval(100);
        ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
        KubernetesClientBuilder builder = new KubernetesClientBuilder()
                .withConfig(config)
                .withKubernetesSerialization(serialization)
                .withTaskExecutor(tasks);
        Optional<String> name = NamedServer.of(config);
        name.map(NamedServer::saying).ifPresent(builder::withHttpClientFactory);
        builder.withHttpClientBuilderConsumer(http -> {
            // All would share one connection by HTTP/2, which is used on and on after it has died in silence.
            http.preferHttp11()
                    .addOrReplaceInterceptor("rate", interceptors.rate)
                    .addOrReplaceInterceptor("reachability", interceptors.reachability)
                    .addOrReplaceInterceptor("silence", interceptors.silence);
            name.ifPresent(n -> NamedServer.verify(http, config, n));
        });
        return new KubeClient(builder.build(), tasks, interceptors.reachability);
    }

    private static Config config(ApiSettings settings, KubernetesSerialization serialization) {
        if (settings.kubeconfig().isEmpty()) {
            return Config.autoConfigure(null);
        }
        Path path = settings.kubeconfig().get();
        requireReadable(path);
        try {
            return Wire.kubeconfig(serialization, path);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("the kubeconfig " + path + " makes no sense: " + e.getMessage(), e);
        }
    }

    /// For the modules that speak Kubernetes themselves: the operator's chores.
    public KubernetesClient kubernetes() {
        return kubernetes;
    }

    /// Address of the API server, for people.
    public String server() {
        return kubernetes.getMasterUrl().toString().replaceFirst("/$", "");
    }

    /// The same connection for those who know no Kubernetes types.
    public RawApi raw() {
        return new RawApi(kubernetes.getHttpClient(), server());
    }

    /// Why the API server cannot be reached; empty when it can be, as far as anybody has tried.
    public Optional<Problem> problem() {
        return Optional.of(reachability.trouble())
                .filter(trouble -> !trouble.isEmpty())
                .map(trouble -> new Problem("Kubernetes", "", trouble));
    }

    /// Follows objects: see [Following].
    public <T extends HasMetadata> Following<T> follow(
            FilterWatchListDeletable<T, ?, ?> objects, ResourceEventHandler<? super T> handler) {
        return follow(objects, handler, _ -> {});
    }

    <T extends HasMetadata> Following<T> follow(
            FilterWatchListDeletable<T, ?, ?> objects,
            ResourceEventHandler<? super T> handler,
            Consumer<String> trouble) {
        return new Following<>(objects, handler, trouble);
    }

    /// Ends what follows objects, too.
    @Override
    public void close() {
        kubernetes.close();
        tasks.shutdownNow();
    }
}
