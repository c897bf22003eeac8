package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.stentor.model.IpAddress;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourcesTest {

    private static final Set<Source> CLUSTER = Set.of(Source.NODES, Source.PODS, Source.SERVICES, Source.SLICES);

    private final ApiServer server = new ApiServer();

    @AfterEach
    void close() {
        server.close();
    }

    private void createNode(String name, String address, String podCidr) {
        server.kubernetes
                .genericKubernetesResources(Kinds.CILIUM_NODE)
                .resource(ApiServer.object("""
                apiVersion: cilium.io/v2
                kind: CiliumNode
                metadata: {name: %s}
                spec: {addresses: [{type: InternalIP, ip: %s}], ipam: {podCIDRs: [%s]}}
                """.formatted(name, address, podCidr)))
                .create();
    }

    private void createEndpoint(String name, String address, String node) {
        server.kubernetes
                .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                .inNamespace("default")
                .resource(ApiServer.object("""
                apiVersion: cilium.io/v2
                kind: CiliumEndpoint
                metadata: {name: %s, namespace: default}
                status: {identity: {id: 5}, networking: {addressing: [{ipv4: %s}], node: %s}}
                """.formatted(name, address, node)))
                .create();
    }

    @Test
    void what_is_there_is_committed_before_its_source_is_synced_and_changes_follow() throws Exception {
        createNode("a", "192.0.2.1", "10.0.0.0/24");
        createNode("b", "192.0.2.2", "10.0.1.0/24");
        createEndpoint("local", "10.0.0.5", "192.0.2.1");
        createEndpoint("remote", "10.0.1.5", "192.0.2.2");
        Store store = new Store(State.awaiting(CLUSTER));
        try (KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(store.current().nodes().size()).isEqualTo(2);
            assertThat(store.current().pods().values())
                    .containsExactly(new RemotePod(IpAddress.of("10.0.1.5"), 5, IpAddress.of("192.0.2.2")));

            createEndpoint("late", "10.0.1.6", "192.0.2.2");
            ApiServer.await(() -> store.current().pods().size() == 2);
            server.kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_NODE)
                    .withName("b")
                    .delete();
            ApiServer.await(() -> store.current().nodes().size() == 1);
            createNode("c", "192.0.2.1", "10.0.0.128/25");
            ApiServer.await(() -> store.current().problems().size() >= 2);
            assertThat(store.current().problems())
                    .extracting(Object::toString)
                    .containsExactly(
                            "CiliumNode/c spec.addresses: 192.0.2.1 is an address of node a already and is left out here",
                            "CiliumNode/c spec.ipam.podCIDRs: 10.0.0.128/25 overlaps 10.0.0.0/24 of node a and is left out here");
        }
    }

    @Test
    void what_the_operator_could_not_do_is_a_problem_of_that_node_alone() throws Exception {
        createNode("a", "192.0.2.1", "10.0.0.0/24");
        createNode("b", "192.0.2.2", "10.0.1.0/24");
        var nodes = server.kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE);
        for (String name : List.of("a", "b")) {
            nodes.withName(name)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"status\":{\"ipam\":{\"operator-status\":{\"error\":\"no /24 is left\"}}}}");
        }
        Store store = new Store(State.awaiting(CLUSTER));
        try (KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(store.current().problems())
                    .extracting(Object::toString)
                    .containsExactly(
                            "CiliumNode/a status.ipam.operator-status.error: the operator says: no /24 is left");
        }
    }

    @Test
    void a_host_that_takes_this_ones_name_does_not_take_its_addresses() throws Exception {
        createNode("a", "192.0.2.1", "10.0.0.0/24");
        createNode("b", "192.0.2.2", "10.0.1.0/24");
        var nodes = server.kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE);
        Set<String> here = ConcurrentHashMap.newKeySet();
        here.add("192.0.2.1");
        Store store = new Store(State.awaiting(CLUSTER));
        try (KubeClient client = server.client();
                Sources sources = Sources.start(
                        client, "a", address -> here.contains(address.toString()), ServiceSettings.USUAL, store)) {
            ApiServer.await(() -> store.current().synced());
            State before = store.current();
            nodes.withName("a")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"addresses\":[{\"type\":\"InternalIP\",\"ip\":\"192.0.2.2\"}]}}");
            ApiServer.await(() -> !store.current().problems().isEmpty());
            assertThat(store.current().problems())
                    .extracting(Object::toString)
                    .containsExactly("CiliumNode/a spec.addresses: 192.0.2.2 is no address of this host, which keeps"
                            + " 192.0.2.1: another host claims the name a, or the kubelet's --node-ip is wrong");
            assertThat(store.current().nodes()).isEqualTo(before.nodes());

            here.add("192.0.2.2");
            sources.hostChanged();
            ApiServer.await(() ->
                    store.current().nodes().get("a").addresses().toString().contains("192.0.2.2"));

            nodes.withName("a").delete();
            ApiServer.await(
                    () -> store.current().problems().toString().contains("was deleted; what it said still holds"));
            assertThat(store.current().nodes().containsKey("a")).isTrue();
        }
    }

    @Test
    void a_server_that_is_away_takes_nothing_away_and_changes_are_seen_when_it_is_back() throws Exception {
        createNode("a", "192.0.2.1", "10.0.0.0/24");
        createNode("b", "192.0.2.2", "10.0.1.0/24");
        Store store = new Store(State.awaiting(CLUSTER));
        try (KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(client.problem()).isEmpty();

            server.away();
            ApiServer.await(() -> client.problem().isPresent());
            assertThat(client.problem().orElseThrow().toString())
                    .matches("Kubernetes: the API server http://localhost:[0-9]+ cannot be reached: .*");
            assertThat(store.current().nodes().size()).isEqualTo(2);

            server.again();
            createNode("a", "192.0.2.1", "10.0.0.0/24");
            createNode("c", "192.0.2.3", "10.0.2.0/24");
            ApiServer.await(() -> store.current().nodes().containsKey("c"));
            ApiServer.await(() -> store.current().problems().isEmpty());
            assertThat(client.problem()).isEmpty();
        }
    }

    @Test
    void an_agent_creates_its_node_and_keeps_it_in_line_and_leaves_the_rest_of_it_alone() throws Exception {
        server.kubernetes
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("a")
                        .addToLabels("zone", "z1")
                        .endMetadata()
                        .withNewSpec()
                        .withPodCIDRs("10.0.0.0/24")
                        .endSpec()
                        .withNewStatus()
                        .addNewAddress("192.0.2.1", "InternalIP")
                        .addNewAddress("a", "Hostname")
                        .endStatus()
                        .build())
                .create();
        var nodes = server.kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE);
        try (KubeClient client = server.client();
                CiliumNodeWriter writer = CiliumNodeWriter.start(client, "a", IpamMode.CLUSTER_POOL, _ -> {})) {
            ApiServer.await(() -> nodes.withName("a").get() != null);
            assertThat(CiliumNodes.translate(nodes.withName("a").get()).rows().addresses())
                    .hasToString("[NodeAddress[type=InternalIP, address=192.0.2.1]]");
            assertThat(nodes.withName("a").get().getMetadata().getLabels()).containsEntry("zone", "z1");

            nodes.withName("a")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"ipam\":{\"podCIDRs\":[\"10.9.0.0/24\"]}}}");
            writer.ready(true);
            ApiServer.await(() -> "true"
                    .equals(nodes.withName("a")
                            .get()
                            .getMetadata()
                            .getAnnotations()
                            .get(Kinds.AGENT_READY)));
            assertThat(CiliumNodes.translate(nodes.withName("a").get()).rows().podCidrs())
                    .hasToString("[10.9.0.0/24]");

            nodes.withName("a").delete();
            ApiServer.await(() -> nodes.withName("a").get() != null);
            assertThat(CiliumNodes.translate(nodes.withName("a").get()).rows().podCidrs())
                    .hasToString("[10.9.0.0/24]");
            server.kubernetes
                    .nodes()
                    .withName("a")
                    .edit(n -> new NodeBuilder(n)
                            .editMetadata()
                            .removeFromLabels("zone")
                            .addToLabels("rack", "r1")
                            .endMetadata()
                            .build());
            ApiServer.await(
                    () -> nodes.withName("a").get().getMetadata().getLabels().containsKey("rack"));
            assertThat(nodes.withName("a").get().getMetadata().getLabels().get("zone"))
                    .isNull();
        }
    }
}
