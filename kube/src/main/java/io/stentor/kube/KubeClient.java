package io.stentor.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.nio.file.Files;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The connection to the Kubernetes API. It is opened without asking the server anything: a server that is away, slow
/// or answering errors is met again and again by whoever uses the connection, and never ends the process.
public final class KubeClient implements AutoCloseable {

    private final KubernetesClient kubernetes;
    private final ExecutorService tasks;

    KubeClient(KubernetesClient kubernetes, ExecutorService tasks) {
        this.kubernetes = kubernetes;
        this.tasks = tasks;
    }

    /// @throws IllegalArgumentException with a sentence, when the kubeconfig cannot be used
    public static KubeClient open(ApiSettings settings) {
        Config config = config(settings);
        // Lists and watches by plain HTTP: one connection less to keep alive, and easier on what is in between.
        config.setOnlyHttpWatches(true);
        config.setWatchReconnectInterval(1000);
        config.setWatchReconnectLimit(-1);
        // Whoever calls has a loop of its own; waiting twice would only hide what is wrong.
        config.setRequestRetryBackoffLimit(0);
        ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
        RequestRate rate = new RequestRate(settings.qps(), settings.burst());
        return new KubeClient(
                new KubernetesClientBuilder()
                        .withConfig(config)
                        .withTaskExecutor(tasks)
                        .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("rate", rate))
                        .build(),
                tasks);
    }

    private static Config config(ApiSettings settings) {
        if (settings.kubeconfig().isEmpty()) {
            return Config.autoConfigure(null);
        }
        String path = settings.kubeconfig().get().toString();
        if (!Files.isReadable(settings.kubeconfig().get())) {
            throw new IllegalArgumentException("the kubeconfig " + path + " cannot be read");
        }
        try {
            return Config.fromKubeconfig(settings.kubeconfig().get().toFile());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("the kubeconfig " + path + " makes no sense: " + e.getMessage(), e);
        }
    }

    /// For the modules that speak Kubernetes themselves: the operator's chores.
    public KubernetesClient kubernetes() {
        return kubernetes;
    }

    /// Follows objects until the answer is stopped: what is there, then every change. The handler is called by one
    /// thread at a time; its `onList` after everything that was there at the (re)start.
    public <T extends HasMetadata> SharedIndexInformer<T> follow(
            Informable<T> objects, ResourceEventHandler<? super T> handler) {
        SharedIndexInformer<T> informer = objects.runnableInformer(0);
        informer.addEventHandler(handler);
        informer.exceptionHandler((started, failure) -> true);
        var _ = informer.start();
        return informer;
    }

    /// Ends what follows objects, too.
    @Override
    public void close() {
        kubernetes.close();
        tasks.shutdownNow();
    }
}
