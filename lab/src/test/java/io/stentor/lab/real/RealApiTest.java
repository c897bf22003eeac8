package io.stentor.lab.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.LabFailure;
import io.stentor.lab.LabSpec.RealCluster;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Certificates;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.api.TestServer;
import io.stentor.lab.api.Watch;
import io.stentor.lab.api.WatchEvent;
import io.stentor.lab.kubelet.NodeTerms;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against an API server over TLS.
class RealApiTest {

    private static final ObjectName LEASE = new ObjectName("kube-node-lease", "n");

    @TempDir
    Path folder;

    private Path kubeconfig;
    private TestServer server;

    @BeforeEach
    void start() {
        kubeconfig = folder.resolve("kubeconfig");
        server = new TestServer(kubeconfig, 100);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static ObjectNode named(ObjectName name) {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("name", name.name());
        if (!name.namespace().isEmpty()) {
            ((ObjectNode) object.path("metadata")).put("namespace", name.namespace());
        }
        return object;
    }

    private static ObjectNode node(String name, Map<String, String> labels) {
        ObjectNode node = named(new ObjectName("", name)).put("kind", "Node");
        ObjectNode all = Json.ensure(node, "metadata.labels");
        labels.forEach(all::put);
        return node;
    }

    @Test
    void objects_are_made_read_changed_and_deleted() {
        RealApi api = RealApi.open(kubeconfig);
        assertThat(api.version()).startsWith("v1.");
        assertThat(api.find(Resource.LEASES, LEASE)).isEmpty();
        ObjectNode lease = named(LEASE);
        lease.putObject("spec").put("holderIdentity", "n");
        String uid = Json.text(api.create(Resource.LEASES, lease), "metadata.uid");
        ObjectNode patch = Json.object();
        patch.putObject("spec").put("leaseDurationSeconds", 40);
        api.mergePatch(Resource.LEASES, LEASE, "", patch);
        assertThat(Json.text(api.get(Resource.LEASES, LEASE), "spec.holderIdentity"))
                .isEqualTo("n");
        assertThat(api.list(Resource.LEASES, Selection.in(LEASE.namespace())).items())
                .singleElement()
                .satisfies(item -> assertThat(item.path("kind").asText()).isEqualTo("Lease"));
        assertThatThrownBy(() -> api.delete(Resource.LEASES, LEASE, DeleteOptions.now("another")))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isConflict()).isTrue());
        api.delete(Resource.LEASES, LEASE, DeleteOptions.now(uid));
        assertThatThrownBy(() -> api.get(Resource.LEASES, LEASE))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isNotFound()).isTrue());
    }

    @Test
    void a_watch_brings_what_is_changed_and_says_when_it_ends() throws Exception {
        RealApi api = RealApi.open(kubeconfig);
        String version = api.list(Resource.NODES, Selection.ALL).resourceVersion();
        try (Watch watch = api.watch(Resource.NODES, Selection.withLabels("", "a=b"), version)) {
            server.objects().create(Resource.NODES, node("other", Map.of()));
            server.objects().create(Resource.NODES, node("wanted", Map.of("a", "b")));
            Optional<WatchEvent> event = watch.next(Duration.ofSeconds(20));
            assertThat(event).isPresent();
            assertThat(ObjectName.of(event.get().object()).name()).isEqualTo("wanted");
            assertThat(watch.next(Duration.ofMillis(1))).isEmpty();
            server.close();
            assertThatThrownBy(() -> watch.next(Duration.ofSeconds(20)))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.code()).isEqualTo(410));
        }
    }

    @Test
    void a_watch_that_lasts_longer_than_it_was_asked_for_has_ended() throws Exception {
        RealApi api = RealApi.open(kubeconfig);
        String path = "/api/v1/nodes?watch=true";
        try (Watch watch = new RealWatch(api.raw().watch(path), Duration.ofMinutes(1))) {
            assertThat(watch.next(Duration.ofMillis(1))).isEmpty();
        }
        try (Watch watch = new RealWatch(api.raw().watch(path), Duration.ofMinutes(-1))) {
            assertThatThrownBy(() -> watch.next(Duration.ofMillis(1)))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.code()).isEqualTo(410));
        }
    }

    @Test
    void a_server_that_is_away_is_an_answer_too() {
        RealApi api = RealApi.open(kubeconfig);
        server.close();
        assertThatThrownBy(api::version)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(503))
                .hasMessageStartingWith("the API server gives no answer: ");
    }

    @Test
    void through_a_relay_the_certificate_has_to_be_for_the_name_that_the_kubeconfig_has() throws Exception {
        URI at = URI.create(server.url());
        Relay relay = new Relay(at.getHost(), at.getPort());
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            channel.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0));
            relay.listen(channel);
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            Kubeconfig direct = Kubeconfig.read(kubeconfig, "");
            Kubeconfig relayed = direct.by(URI.create("https://127.0.0.2:" + port));
            assertThat(open(relayed.text()).version()).startsWith("v1.");

            // The server's certificate is for 127.0.0.1.
            String unnamed = relayed.text().replaceFirst("(?m)^.*tls-server-name.*\n", "");
            assertThatThrownBy(() -> open(unnamed).version()).hasMessageContaining("127.0.0.2");
            relayed.cluster().put("tls-server-name", "api.example");
            assertThatThrownBy(() -> open(relayed.text()).version())
                    .hasMessageContaining("is for [127.0.0.1] and not for 'api.example'");
            relayed.cluster().put("insecure-skip-tls-verify", true).remove("certificate-authority-data");
            assertThat(open(relayed.text()).version()).startsWith("v1.");
        } finally {
            relay.close();
        }
    }

    @Test
    void an_authority_that_is_not_the_clusters_is_not_trusted_by_any_name() throws Exception {
        Path theirs = folder.resolve("theirs");
        Certificates.create(List.of("127.0.0.1")).writeKubeconfig(theirs, server.url(), "admin");
        Kubeconfig other = Kubeconfig.read(theirs, "");
        assertThatThrownBy(() -> open(other.by(other.server()).text()).version())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(503));
    }

    private RealApi open(String text) throws Exception {
        return RealApi.open(Files.writeString(Files.createTempFile(folder, "kubeconfig", ""), text));
    }

    @Test
    void a_labs_nodes_go_with_what_belongs_to_them_and_no_others() {
        RealNodes nodes = new RealNodes(RealApi.open(kubeconfig), new RealCluster(server.url(), "0123", false));
        var objects = server.objects();
        String uid = Json.text(
                objects.create(Resource.NODES, node("l-node-1", Map.of(NodeTerms.ID, "0123"))), "metadata.uid");
        objects.create(Resource.NODES, node("l-node-2", Map.of(NodeTerms.ID, "4567")));
        ObjectNode owned = named(new ObjectName("kube-node-lease", "l-node-1"));
        Json.ensure(owned, "metadata")
                .putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "Node")
                .put("name", "l-node-1")
                .put("uid", uid);
        objects.create(Resource.LEASES, owned);
        objects.create(Resource.LEASES, named(new ObjectName("kube-node-lease", "l-node-2")));

        nodes.requireFree(List.of("l-node-3"), true);
        assertThatThrownBy(() -> nodes.requireFree(List.of("l-node-2"), true))
                .isInstanceOf(LabFailure.class)
                .hasMessageContaining("has a node 'l-node-2', which is not this lab's");
        assertThat(nodes.remove()).containsExactly("l-node-1");
        assertThat(nodes.remove()).isEmpty();
        assertThat(objects.list(Resource.NODES, Selection.ALL).items())
                .extracting(node -> ObjectName.of(node).name())
                .containsExactly("l-node-2");
        assertThat(objects.list(Resource.LEASES, Selection.ALL).items())
                .extracting(lease -> ObjectName.of(lease).name())
                .containsExactly("l-node-2");
    }
}
