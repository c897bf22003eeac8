package io.stentor.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import io.stentor.kube.ApiServer;
import io.stentor.kube.Kinds;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class WithdrawalTest {
    private static final String TAINT = "node.cilium.io/agent-not-ready";

    private static void populate(ApiServer server) {
        server.kubernetes
                .nodes()
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("a")
                        .endMetadata()
                        .withNewSpec()
                        .addNewTaint("NoSchedule", TAINT, null, null)
                        .addNewTaint("NoSchedule", "theirs", null, null)
                        .endSpec()
                        .withNewStatus()
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .addNewCondition()
                        .withType("NetworkUnavailable")
                        .withStatus("False")
                        .withReason("StentorIsUp")
                        .endCondition()
                        .endStatus()
                        .build())
                .create();
        for (String name : new String[] {"a", "b"}) {
            server.kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_NODE)
                    .resource(ApiServer.object("""
                            apiVersion: cilium.io/v2
                            kind: CiliumNode
                            metadata: {name: %s}
                            """.formatted(name)))
                    .create();
        }
        Crds.install(server.kubernetes);
    }

    @Test
    void a_node_loses_what_is_ours_and_definitions_stay_unless_they_are_to_go() throws IOException {
        try (ApiServer server = new ApiServer();
                Withdrawal withdrawal = new Withdrawal(server.client(), "a")) {
            populate(server);
            assertThat(withdrawal.parts(TAINT, false))
                    .extracting(part -> part.kind() + " " + part.name())
                    .containsExactly("CiliumNode a", "taint a " + TAINT, "condition a NetworkUnavailable");
            withdrawal.parts(TAINT, false).forEach(part -> part.work().run());
            assertThat(withdrawal.parts(TAINT, false)).isEmpty();
            var node = server.kubernetes.nodes().withName("a").get();
            assertThat(node.getSpec().getTaints()).extracting(Taint::getKey).containsExactly("theirs");
            assertThat(node.getStatus().getConditions())
                    .extracting(NodeCondition::getType)
                    .containsExactly("Ready");
            assertThat(server.kubernetes
                            .genericKubernetesResources(Kinds.CILIUM_NODE)
                            .list()
                            .getItems())
                    .extracting(object -> object.getMetadata().getName())
                    .containsExactly("b");

            assertThat(withdrawal.parts(TAINT, true)).hasSize(18);
            withdrawal.parts(TAINT, true).forEach(part -> part.work().run());
            assertThat(withdrawal.parts(TAINT, true)).isEmpty();
        }
    }

    @Test
    void an_api_server_that_is_away_is_said() {
        ApiServer server = new ApiServer();
        try (Withdrawal withdrawal = new Withdrawal(server.client(), "a")) {
            server.away();
            assertThatThrownBy(() -> withdrawal.parts(TAINT, false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be reached");
        }
    }
}
