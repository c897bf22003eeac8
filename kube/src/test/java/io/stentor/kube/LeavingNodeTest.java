package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeavingNodeTest {
    private final ApiServer server = new ApiServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void a_node_that_the_autoscaler_or_anybody_takes_away_is_leaving() throws Exception {
        Node node = new NodeBuilder()
                .withNewMetadata()
                .withName("n")
                .withUid("u")
                .endMetadata()
                .build();
        server.kubernetes.nodes().resource(node).create();
        try (KubeClient client = server.client();
                CiliumNodeWriter writer = CiliumNodeWriter.start(client, "n", IpamMode.CLUSTER_POOL, _ -> {})) {
            ApiServer.await(() -> writer.local().isPresent());
            assertThat(writer.isLeaving()).isFalse();

            taints("[{\"key\":\"ToBeDeletedByClusterAutoscaler\",\"effect\":\"NoSchedule\"}]");
            ApiServer.await(writer::isLeaving);
            taints("[{\"key\":\"other\",\"effect\":\"NoSchedule\"}]");
            ApiServer.await(() -> !writer.isLeaving());

            server.kubernetes.nodes().withName("n").delete();
            ApiServer.await(writer::isLeaving);
        }
    }

    private void taints(String json) {
        server.kubernetes
                .nodes()
                .withName("n")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"taints\":" + json + "}}");
    }
}
