package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/// An API server for tests: objects are kept and can be watched.
public final class ApiServer implements AutoCloseable {

    /// It tells every request; held, because the log framework keeps loggers only weakly.
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver");

    private static final System.Logger LOG = System.getLogger("test");

    private static final List<CustomResourceDefinitionContext> KINDS = Stream.of(
                    Kinds.CILIUM_NODE, Kinds.CILIUM_ENDPOINT)
            .map(ApiServer::definition)
            .toList();

    private KubernetesMockServer server = mock();
    public KubernetesClient kubernetes;

    public ApiServer() {
        SERVER_LOG.setLevel(Level.WARNING);
        server.init();
        kubernetes = server.createClient();
    }

    private static KubernetesMockServer mock() {
        return new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), new MergePatches(KINDS), false);
    }

    /// Does not answer any more.
    public void away() {
        close();
    }

    /// Answers again, at the same address, and has forgotten everything.
    public void again() {
        int port = server.getPort();
        server = mock();
        server.init(InetAddress.getLoopbackAddress(), port);
        kubernetes = server.createClient();
    }

    private static CustomResourceDefinitionContext definition(ResourceDefinitionContext kind) {
        return new CustomResourceDefinitionContext.Builder()
                .withGroup(kind.getGroup())
                .withVersion(kind.getVersion())
                .withKind(kind.getKind())
                .withPlural(kind.getPlural())
                .withScope(kind.isNamespaceScoped() ? "Namespaced" : "Cluster")
                .build();
    }

    public KubeClient client() {
        return KubeClient.open(
                new ConfigBuilder(kubernetes.getConfiguration()).build(), new RequestRate(10_000, 10_000));
    }

    public static GenericKubernetesResource object(String yaml) {
        return new KubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class);
    }

    public static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen in time");
            }
            Thread.sleep(5);
        }
    }

    /// Nobody is answered from here on, even where the server waits in vain for the end of a connection that its client
    /// has closed already, as it does now and then: no test depends on that.
    @Override
    public void close() {
        kubernetes.close();
        try {
            server.destroy();
        } catch (IllegalStateException late) {
            LOG.log(System.Logger.Level.WARNING, "the test's server has not ended in time", late);
        }
    }
}
