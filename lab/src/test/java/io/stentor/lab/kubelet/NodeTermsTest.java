package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeTermsTest {

    private static final NodeTerms RESERVED = new NodeTerms("l", Map.of(NodeTerms.ID, "0123"), true, true);

    private static ObjectNode pod(String toleration) {
        ObjectNode pod = Json.object();
        Json.ensure(pod, "spec")
                .set(
                        "tolerations",
                        Json.parse(("[" + toleration + "]").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return pod;
    }

    @Test
    void a_reserved_node_is_tainted_and_says_whose_it_is() {
        ObjectNode node = NodeObject.registration("l-node-1", "amd64", RESERVED);
        assertThat(Json.at(node, "spec.taints").toString())
                .isEqualTo("[{\"key\":\"node.cilium.io/agent-not-ready\",\"effect\":\"NoSchedule\"},"
                        + "{\"key\":\"lab.stentor.io/lab\",\"value\":\"l\",\"effect\":\"NoSchedule\"}]");
        assertThat(Json.at(node, "metadata.labels").toString())
                .contains("\"lab.stentor.io/name\":\"l\"", "\"lab.stentor.io/id\":\"0123\"");
    }

    @Test
    void a_pod_that_tolerates_everything_is_not_meant_for_it() {
        assertThat(RESERVED.refusal(pod(""))).isPresent();
        assertThat(RESERVED.refusal(pod("{\"operator\":\"Exists\"}")))
                .hasValueSatisfying(why -> assertThat(why).contains("a toleration of the key lab.stentor.io/lab"));
        assertThat(RESERVED.refusal(pod("{\"key\":\"lab.stentor.io/lab\",\"operator\":\"Exists\"}")))
                .isEmpty();
    }

    @Test
    void a_node_that_is_not_reserved_takes_what_it_gets() {
        NodeTerms open = new NodeTerms("l", Map.of(), false, false);
        assertThat(open.refusal(pod(""))).isEmpty();
        assertThat(NodeObject.registration("node-1", "amd64", open).path("spec").has("taints"))
                .isFalse();
    }
}
