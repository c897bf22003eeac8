package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.stentor.kube.ApiSettings;
import io.stentor.kube.Kinds;
import io.stentor.kube.KubeClient;
import io.stentor.kube.ServiceSettings;
import io.stentor.kube.ShortPatience;
import io.stentor.kube.Sources;
import io.stentor.kube.Unruly;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An API server, or what stands before it, on a bad day: nothing that was known goes, and what is new is seen on the
/// next good one.
class UnrulyServerTest {

    private static final Duration ANSWER = Duration.ofMillis(400);
    private static final Duration WATCH = Duration.ofSeconds(2);
    private static final Set<Unruly.Manner> SLOW =
            Set.of(Unruly.Manner.BUSY, Unruly.Manner.SILENT, Unruly.Manner.HALTING);
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Set<Source> CLUSTER = Set.of(Source.NODES, Source.PODS, Source.SERVICES, Source.SLICES);
    private static final Resource NODES = new Resource("cilium.io", "v2", "ciliumnodes");
    private static final Resource ENDPOINTS = new Resource("cilium.io", "v2", "ciliumendpoints");

    private static final Node BEFORE = new Node(
            "before", List.of(new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of("192.0.2.9"))), List.of());
    private static final RemotePod POD = new RemotePod(IpAddress.of("10.0.9.7"), 5, IpAddress.of("192.0.2.9"));

    @TempDir
    private Path directory;

    private TestServer server;
    private Unruly between;
    private final Store store = new Store(State.awaiting(CLUSTER));

    @BeforeEach
    void start() throws Exception {
        Path kubeconfig = directory.resolve("admin");
        server = new TestServer(kubeconfig, 1000);
        for (String kind : List.of("ciliumnodes", "ciliumendpoints")) {
            try (InputStream manifest = Kinds.class.getResourceAsStream("/io/stentor/kube/crd/" + kind + ".yaml")) {
                String yaml =
                        new String(java.util.Objects.requireNonNull(manifest).readAllBytes(), StandardCharsets.UTF_8);
                server.objects().create(Resource.CRDS, Objects.yaml(yaml));
            }
        }
        URI api = URI.create(server.url());
        SocketFactory sockets =
                SSLUtils.sslContext(Config.fromKubeconfig(kubeconfig.toFile())).getSocketFactory();
        between = new Unruly(
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                () -> sockets.createSocket(api.getHost(), api.getPort()));
    }

    @AfterEach
    void close() {
        between.close();
        server.close();
    }

    private KubeClient client() {
        return ShortPatience.client("http://127.0.0.1:" + between.port(), ANSWER, WATCH);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            Thread.sleep(5);
        }
    }

    private void createNode(String name, String address) {
        create(NODES, """
                apiVersion: cilium.io/v2
                kind: CiliumNode
                metadata: {name: %s}
                spec: {addresses: [{type: InternalIP, ip: %s}]}
                """.formatted(name, address));
    }

    private void create(Resource resource, String yaml) {
        ObjectNode object = Objects.yaml(yaml);
        server.objects().create(resource, object);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OBEDIENT")
    void at_the_start_what_was_known_holds_until_the_server_is_well(Unruly.Manner manner) throws Exception {
        createNode("a", "192.0.2.1");
        store.commit(state -> state.with(Table.NODES, BEFORE).with(Table.PODS, POD));
        between.become(manner);
        try (KubeClient client = client();
                Sources sources = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            await(() -> sources.trouble().isPresent());
            int asked = between.asked();
            await(() -> between.asked() > asked + 2);
            assertThat(store.current().synced(Source.NODES)).isFalse();
            assertThat(store.current().nodes().get("before")).isEqualTo(BEFORE);
            assertThat(store.current().pods().values()).containsExactly(POD);
            assertThat(store.current().problems().toString()).contains("the objects cannot be listed: ");

            between.become(Unruly.Manner.OBEDIENT);
            await(() -> store.current().synced());
            assertThat(store.current().nodes().keys()).containsExactly("a");
            assertThat(sources.trouble()).isEmpty();
            assertThat(client.problem()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OBEDIENT")
    void later_on_nothing_is_forgotten_and_news_are_heard_when_it_is_well_again(Unruly.Manner manner) throws Exception {
        createNode("a", "192.0.2.1");
        createNode("b", "192.0.2.2");
        try (KubeClient client = client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            await(() -> store.current().synced());

            int asked = between.asked();
            between.become(manner);
            between.cut();
            await(() -> between.asked() > asked + 2);
            createNode("c", "192.0.2.3");
            assertThat(store.current().nodes().keys()).containsExactlyInAnyOrder("a", "b");

            between.become(Unruly.Manner.OBEDIENT);
            await(() -> store.current().nodes().containsKey("c"));
            assertThat(store.current().nodes().keys()).containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    /// What stands for it in the kernel from before is better.
    @Test
    void nothing_is_said_of_pods_before_their_nodes_are_known() throws Exception {
        createNode("b", "192.0.2.2");
        create(ENDPOINTS, """
                apiVersion: cilium.io/v2
                kind: CiliumEndpoint
                metadata: {name: pod, namespace: default}
                status: {identity: {id: 5}, networking: {addressing: [{ipv4: 10.0.1.5}], node: 192.0.2.2}}
                """);
        between.become(Unruly.Manner.FAILING, "/ciliumnodes");
        try (KubeClient client = client();
                Sources sources = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            await(() -> sources.trouble().isPresent());
            await(() -> between.watched("/ciliumendpoints"));
            int asked = between.asked();
            await(() -> between.asked() > asked + 2);
            assertThat(store.current().synced(Source.PODS)).isFalse();
            assertThat(store.current().pods().isEmpty()).isTrue();

            between.become(Unruly.Manner.OBEDIENT);
            await(() -> store.current().synced());
            assertThat(store.current().pods().size()).isEqualTo(1);
        }
    }

    /// A service that has no backends would be refused to its clients.
    @Test
    void nothing_is_said_of_services_before_what_stands_behind_them_is_known() throws Exception {
        create(Resource.SERVICES, """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: default}
                spec: {ports: [{port: 80}]}
                """);
        between.become(Unruly.Manner.FAILING, "/endpointslices");
        try (KubeClient client = client();
                Sources sources = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            await(() -> sources.trouble().isPresent());
            await(() -> between.watched("/services"));
            int asked = between.asked();
            await(() -> between.asked() > asked + 2);
            assertThat(store.current().synced(Source.SERVICES)).isFalse();
            assertThat(store.current().table(Table.SERVICES).isEmpty()).isTrue();

            between.become(Unruly.Manner.OBEDIENT);
            await(() -> store.current().synced());
            assertThat(store.current().table(Table.SERVICES).keys().map(Object::toString))
                    .contains("default/web");
        }
    }

    @Test
    void a_watch_that_died_without_a_word_is_noticed() throws Exception {
        createNode("a", "192.0.2.1");
        try (KubeClient client = client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            await(() -> store.current().synced());
            between.freeze();
            createNode("b", "192.0.2.2");
            await(() -> store.current().nodes().containsKey("b"));
            assertThat(between.askedForHttp2())
                    .as("one connection for all, which takes all with it")
                    .isFalse();
        }
    }

    @Test
    void a_request_whose_answer_stops_halfway_fails_in_time() {
        between.become(Unruly.Manner.HALTING);
        try (KubeClient client = client()) {
            assertThatThrownBy(() -> client.kubernetes().nodes().withName("a").get())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasRootCauseMessage("nothing has come for 0 s");
            assertThat(client.problem().orElseThrow().reason()).contains("cannot be reached: nothing has come for");
        }
    }

    @Test
    void many_failures_leave_no_descriptors_open() throws Exception {
        try (KubeClient client = client()) {
            ask(client, Unruly.Manner.OBEDIENT);
            long before = descriptors();
            for (Unruly.Manner manner : Unruly.Manner.values()) {
                for (int i = 0; i < (SLOW.contains(manner) ? 3 : 10); i++) {
                    ask(client, manner);
                }
            }
            // One connection is kept for the next request, perhaps, at either end.
            await(() -> descriptors() <= before + 4);
        }
    }

    private void ask(KubeClient client, Unruly.Manner manner) {
        between.become(manner);
        try {
            var _ = client.kubernetes().nodes().withName("a").get();
        } catch (KubernetesClientException expected) {
            assertThat(manner).isNotEqualTo(Unruly.Manner.OBEDIENT);
        }
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Tokens of service accounts live for an hour; kubelet puts a new one into the file in time.
    @Test
    void a_token_that_has_expired_is_read_anew() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "first");
        Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: c
                contexts: [{name: c, context: {cluster: c, user: u}}]
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: u, user: {tokenFile: token}}]
                """.formatted(between.port()));
        newTokenIsUsed(Optional.of(kubeconfig), token);
    }

    @Test
    void in_a_cluster_too() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "first");
        Map<String, String> inCluster = Map.of(
                "kubernetes.master",
                "http://127.0.0.1:" + between.port(),
                "kubernetes.auth.tryKubeConfig",
                "false",
                "kubernetes.auth.serviceAccount.token",
                token.toString());
        inCluster.forEach(System::setProperty);
        try {
            newTokenIsUsed(Optional.empty(), token);
        } finally {
            inCluster.keySet().forEach(System::clearProperty);
        }
    }

    private void newTokenIsUsed(Optional<Path> kubeconfig, Path token) throws Exception {
        createNode("a", "192.0.2.1");
        between.demand("first");
        try (KubeClient client = KubeClient.open(new ApiSettings(kubeconfig, 1000, 1000, "kube-system"));
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            await(() -> store.current().synced());

            between.demand("second");
            Files.writeString(token, "second");
            between.cut();
            createNode("b", "192.0.2.2");
            await(() -> store.current().nodes().containsKey("b"));
        }
    }
}
