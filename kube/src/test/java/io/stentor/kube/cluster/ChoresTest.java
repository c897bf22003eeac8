package io.stentor.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.stentor.kube.ApiServer;
import io.stentor.kube.CiliumNodes;
import io.stentor.kube.Configuration;
import io.stentor.kube.Kinds;
import io.stentor.kube.KubeClient;
import io.stentor.kube.LeaseSettings;
import io.stentor.kube.OperatorSettings;
import io.stentor.kube.Reading;
import io.stentor.kube.Tree;
import io.stentor.model.Cidr;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChoresTest {

    private static final String TAINT = "node.cilium.io/agent-not-ready";

    private final ApiServer server = new ApiServer();

    @AfterEach
    void close() {
        server.close();
    }

    private static OperatorSettings settings(String... args) {
        List<String> all = new ArrayList<>(List.of("--skip-crd-creation"));
        all.addAll(List.of(args));
        return switch (Configuration.operator(all, Map.of())) {
            case Reading.Accepted<OperatorSettings> accepted -> accepted.settings();
            case Reading<OperatorSettings> other -> throw new AssertionError(other);
        };
    }

    private Chores start(KubeClient client, String... args) {
        return Chores.start(client, settings(args), (_, _) -> {});
    }

    private void node(String name) {
        server.kubernetes
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewTaint("NoExecute", TAINT, null, null)
                        .addNewTaint("NoSchedule", "theirs", null, null)
                        .endSpec()
                        .build())
                .create();
    }

    private void ciliumNode(String name, String ready, String podCidrs) {
        server.kubernetes
                .genericKubernetesResources(Kinds.CILIUM_NODE)
                .resource(ApiServer.object("""
                apiVersion: cilium.io/v2
                kind: CiliumNode
                metadata:
                  name: %s
                  annotations: {agent.stentor.io/ready: "%s"}
                  ownerReferences: [{apiVersion: v1, kind: Node, name: %s, uid: u}]
                spec: {addresses: [{type: InternalIP, ip: 192.0.2.1}], ipam: {podCIDRs: [%s]}}
                """.formatted(name, ready, name, podCidrs)))
                .create();
    }

    private String podCidrs(String name) {
        var object = server.kubernetes
                .genericKubernetesResources(Kinds.CILIUM_NODE)
                .withName(name)
                .get();
        return object == null
                ? "gone"
                : String.join(
                        " ",
                        CiliumNodes.translate(object).rows().podCidrs().stream()
                                .map(Cidr::toString)
                                .toList());
    }

    private Optional<String> error(String name) {
        var object = server.kubernetes
                .genericKubernetesResources(Kinds.CILIUM_NODE)
                .withName(name)
                .get();
        return new Tree(object.getAdditionalProperties())
                .at("status", "ipam", "operator-status", "error")
                .text();
    }

    private List<String> taints(String name) {
        Node node = server.kubernetes.nodes().withName(name).get();
        return node.getSpec().getTaints().stream()
                .map(t -> t.getKey() + ":" + t.getEffect())
                .toList();
    }

    @Test
    void nodes_get_pod_cidrs_and_what_is_free_again_is_given_to_whoever_waits() throws Exception {
        node("a");
        node("b");
        node("c");
        ciliumNode("b", "false", "10.0.0.0/25");
        ciliumNode("a", "false", "");
        try (KubeClient client = server.client();
                Chores _ = start(client, "--cluster-pool-ipv4-cidr=10.0.0.0/24", "--cluster-pool-ipv4-mask-size=25")) {
            ApiServer.await(() -> podCidrs("a").equals("10.0.0.128/25"));
            ciliumNode("c", "false", "");
            ApiServer.await(() -> error("c").isPresent());
            assertThat(error("c"))
                    .contains("no IPv4 /25 is left in the pool [10.0.0.0/24]: add a range to cluster-pool-ipv4-cidr");
            server.kubernetes.nodes().withName("b").delete();
            ApiServer.await(() -> podCidrs("b").equals("gone"));
            ApiServer.await(() -> podCidrs("c").equals("10.0.0.0/25"));
            ApiServer.await(() -> error("c").orElse("").isEmpty());
        }
    }

    @Test
    void overlapping_pod_cidrs_stay_and_are_told() throws Exception {
        node("a");
        node("b");
        ciliumNode("a", "false", "10.0.0.0/16");
        ciliumNode("b", "false", "10.0.1.0/24");
        try (KubeClient client = server.client();
                Chores _ = start(client)) {
            ApiServer.await(() -> error("b").isPresent());
            assertThat(error("b")).contains("10.0.1.0/24 overlaps 10.0.0.0/16 of node a");
            assertThat(podCidrs("b")).isEqualTo("10.0.1.0/24");
            assertThat(podCidrs("a")).isEqualTo("10.0.0.0/16");
        }
    }

    @Test
    void the_taint_goes_when_the_agent_is_ready_and_comes_when_its_pod_does_not_run() throws Exception {
        node("a");
        ciliumNode("a", "false", "10.0.0.0/24");
        try (KubeClient client = server.client();
                Chores _ = start(client)) {
            server.kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_NODE)
                    .withName("a")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"annotations\":{\"agent.stentor.io/ready\":\"true\"}}}");
            ApiServer.await(() -> taints("a").equals(List.of("theirs:NoSchedule")));
            ApiServer.await(() -> server.kubernetes.nodes().withName("a").get().getStatus() != null);
            var conditions =
                    server.kubernetes.nodes().withName("a").get().getStatus().getConditions();
            assertThat(conditions)
                    .extracting(c -> c.getType() + "=" + c.getStatus() + " " + c.getReason())
                    .containsExactly("NetworkUnavailable=False StentorIsUp");

            server.kubernetes
                    .resource(new PodBuilder()
                            .withNewMetadata()
                            .withName("stentor-x")
                            .withNamespace("kube-system")
                            .addToLabels("k8s-app", "stentor")
                            .endMetadata()
                            .withNewSpec()
                            .withNodeName("a")
                            .endSpec()
                            .withNewStatus()
                            .withPhase("Pending")
                            .endStatus()
                            .build())
                    .create();
            ApiServer.await(() -> taints("a").contains(TAINT + ":NoSchedule"));
        }
    }

    @Test
    void endpoints_of_pods_that_are_gone_are_collected() {
        server.kubernetes
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("here")
                        .withNamespace("default")
                        .endMetadata()
                        .build())
                .create();
        String uid = server.kubernetes
                .pods()
                .inNamespace("default")
                .withName("here")
                .get()
                .getMetadata()
                .getUid();
        for (Map.Entry<String, String> owner :
                Map.of("here", String.valueOf(uid), "gone", "u1", "other", "u2").entrySet()) {
            server.kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                    .inNamespace("default")
                    .resource(ApiServer.object("""
                    apiVersion: cilium.io/v2
                    kind: CiliumEndpoint
                    metadata:
                      name: %s
                      namespace: default
                      ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: %s}]
                    """.formatted(owner.getKey(), owner.getValue())))
                    .create();
        }
        try (KubeClient client = server.client()) {
            assertThat(new EndpointCollection(client.kubernetes()).collect())
                    .isEqualTo(new EndpointCollection.Result(1, 2, 0));
        }
        assertThat(server.kubernetes
                        .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                        .inNamespace("default")
                        .list()
                        .getItems())
                .extracting(object -> object.getMetadata().getName())
                .containsExactly("here");
    }

    private static LeaseSettings shortLease() {
        return settings(
                        "--leader-election-lease-duration=2s",
                        "--leader-election-renew-deadline=1s",
                        "--leader-election-retry-period=200ms")
                .lease();
    }

    @Test
    void one_replica_works_and_the_other_takes_over() throws Exception {
        AtomicInteger working = new AtomicInteger();
        LeaseSettings lease = shortLease();
        try (KubeClient client = server.client()) {
            Leadership first = Leadership.seek(client, lease, new Leadership.Seat("default", "one"), () -> {
                working.incrementAndGet();
                return working::decrementAndGet;
            });
            ApiServer.await(first::leads);
            try (Leadership second = Leadership.seek(client, lease, new Leadership.Seat("default", "two"), () -> {
                working.addAndGet(10);
                return () -> working.addAndGet(-10);
            })) {
                assertThat(second.leads()).isFalse();
                assertThat(working).hasValue(1);
                first.close();
                ApiServer.await(second::leads);
                assertThat(working).hasValue(10);
            }
            assertThat(working).hasValue(0);
        }
    }

    /// Its clock was ahead, or ours has been set back since.
    @Test
    void a_leader_that_died_in_what_is_our_future_is_replaced_like_any_other() throws Exception {
        LeaseSettings lease = shortLease();
        try (KubeClient client = server.client()) {
            ZonedDateTime ahead = ZonedDateTime.now(Clock.systemUTC()).plusHours(1);
            client.kubernetes()
                    .resource(new LeaseBuilder()
                            .withNewMetadata()
                            .withNamespace("default")
                            .withName(Leadership.LEASE)
                            .endMetadata()
                            .withNewSpec()
                            .withHolderIdentity("dead")
                            .withLeaseDurationSeconds(2)
                            .withLeaseTransitions(0)
                            .withAcquireTime(ahead)
                            .withRenewTime(ahead)
                            .endSpec()
                            .build())
                    .create();
            try (Leadership second =
                    Leadership.seek(client, lease, new Leadership.Seat("default", "two"), () -> () -> {})) {
                ApiServer.await(second::leads);
            }
        }
    }
}
