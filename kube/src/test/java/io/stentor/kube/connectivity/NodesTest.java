package io.stentor.kube.connectivity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodesTest {

    private static NodeBuilder node(String name, String ready) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready)
                .endCondition()
                .withNewNodeInfo()
                .withArchitecture("amd64")
                .endNodeInfo()
                .endStatus();
    }

    private static final Node TAINTED = node("a", "True")
            .editSpec()
            .addNewTaint()
            .withKey("role")
            .withEffect("NoSchedule")
            .endTaint()
            .endSpec()
            .build();

    private static final Node CORDONED =
            node("b", "True").editSpec().withUnschedulable(true).endSpec().build();

    private static final List<Node> ALL = List.of(
            node("e", "True").build(),
            node("d", "True").build(),
            node("c", "False").build(),
            CORDONED,
            TAINTED,
            node("f", "True").build());

    @Test
    void the_first_two_that_take_pods_are_chosen() {
        assertThat(Nodes.choose(ALL, List.of(), "amd64")).containsExactly("d", "e");
        assertThat(Nodes.choose(List.of(ALL.getFirst()), List.of(), "amd64")).containsExactly("e");
        assertThat(Nodes.choose(ALL, List.of("a"), "amd64")).containsExactly("a");
    }

    @Test
    void what_cannot_be_is_said() {
        assertThatThrownBy(() -> Nodes.choose(List.of(TAINTED), List.of(), "amd64"))
                .matches(failure -> !((ConnectivityFailure) failure).isWrongUse())
                .hasMessage("no node is ready for pods: 'kubectl get nodes' shows them");
        assertThatThrownBy(() -> Nodes.choose(ALL, List.of("x"), "amd64"))
                .matches(failure -> ((ConnectivityFailure) failure).isWrongUse())
                .hasMessage("there is no node 'x'");
        assertThatThrownBy(() -> Nodes.choose(ALL, List.of("c"), "amd64")).hasMessage("node c is not ready");
        assertThatThrownBy(() -> Nodes.choose(ALL, List.of(), "arm64"))
                .hasMessage(
                        "node d is amd64, and this build has a probe for arm64 alone: choose others with --nodes, or"
                                + " use a build made on amd64");
    }
}
