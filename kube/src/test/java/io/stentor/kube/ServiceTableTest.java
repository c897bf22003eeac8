package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.OwnNode;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceTableTest {

    private final ServiceTable table = new ServiceTable(ServiceSettings.USUAL);
    private State state = State.awaiting(Set.of());

    private static GenericKubernetesResource service(String annotations) {
        return ApiServer.object("""
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop, annotations: {%s}}
                spec: {clusterIP: 10.96.0.7, ports: [{port: 80}]}
                """.formatted(annotations));
    }

    private boolean isServed() {
        state = table.into(state);
        table.told();
        return !state.table(Table.SERVICES).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            ''                                                                                => true
            service.cilium.io/node: fast                                                      => true
            service.cilium.io/node: slow                                                      => false
            service.cilium.io/node-selector: ''                                               => true
            service.cilium.io/node-selector: service.cilium.io/node=fast                      => true
            service.cilium.io/node-selector: 'service.cilium.io/node == slow'                 => false
            service.cilium.io/node-selector: 'service.cilium.io/node in ( slow , fast ),!bad' => true
            service.cilium.io/node-selector: rack=2, service.cilium.io/node: fast             => false
            service.cilium.io/node-selector: rack=1, service.cilium.io/node: slow             => true
            """)
    void a_service_is_for_nodes_with_the_labels_that_it_names(String annotations, boolean expected) {
        table.nodeIs(Map.of("service.cilium.io/node", "fast", "rack", "1"));
        table.seen(service(annotations));
        assertThat(isServed()).isEqualTo(expected);
        assertThat(state.problems()).isEmpty();
    }

    @Test
    void a_node_that_gets_the_labels_serves_it_from_then_on() {
        table.seen(service("service.cilium.io/node: fast"));
        assertThat(isServed()).isFalse();
        table.nodeIs(Map.of("service.cilium.io/node", "fast"));
        assertThat(isServed()).isTrue();
        table.nodeIs(Map.of());
        assertThat(isServed()).isFalse();
        table.seen(service(""));
        assertThat(isServed()).isTrue();
        table.nodeIs(Map.of("rack", "1"));
        assertThat(isServed()).isTrue();
    }

    @Test
    void a_selector_that_is_none_is_said_and_selects_no_node() {
        table.seen(service("service.cilium.io/node-selector: 'a in b'"));
        assertThat(isServed()).isFalse();
        assertThat(state.problems())
                .extracting(Object::toString)
                .containsExactly("Service/shop/web metadata.annotations[service.cilium.io/node-selector]: 'a in b' is"
                        + " not a selector of labels: no node serves it");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            a                   => true
            !a                  => false
            c                   => false
            !c                  => true
            a=1                 => true
            a==2                => false
            a!=1                => false
            c!=1                => true
            a = 1 , b = x       => true
            a=1,b=y             => false
            b in (x)            => true
            b in (y,z)          => false
            b notin (y, z)      => true
            c notin (y)         => true
            c in (y)            => false
            a > 0               => true
            a < 1               => false
            b > 0               => false
            example.org/d=4.5_x => true
            e=                  => true
            """)
    void selectors_are_as_kubernetes_has_them(String text, boolean expected) {
        Map<String, String> labels = Map.of("a", "1", "b", "x", "example.org/d", "4.5_x", "e", "");
        assertThat(LabelSelector.parse(text).orElseThrow().test(labels)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {",", "a,", "a b", "=1", "a=1=2", "a in ()x", "a in (b", "-a", "a > x", "!a=1", "a in (-)"})
    void what_is_no_selector_is_none(String text) {
        assertThat(LabelSelector.parse(text)).isEmpty();
    }

    private static LocalNode node(Map<String, String> labels, Map<String, String> annotations) {
        return new LocalNode("a", "u", List.of(), List.of(), new LocalNode.Metadata(labels, annotations));
    }

    @ParameterizedTest
    @CsvSource({"true,INTERNAL_IPS,0", "false,ALL,0", "'',AS_CONFIGURED,0", "yes,AS_CONFIGURED,1"})
    void a_node_says_where_its_node_ports_are_open(String binding, OwnNode.NodePorts expected, int problems) {
        OwnNodeTable own = new OwnNodeTable();
        own.seen(node(
                Map.of("topology.kubernetes.io/zone", "z1"),
                Map.of("node.deckhouse.io/nodeport-bind-internal-ip", binding)));
        State next = own.into(State.awaiting(Set.of(Source.OWN_NODE)));
        assertThat(next.table(Table.OWN_NODE).get("a")).isEqualTo(new OwnNode("a", "z1", expected));
        assertThat(next.problems()).hasSize(problems);
        own.seen(node(Map.of(), Map.of()));
        next = own.into(next);
        assertThat(next.table(Table.OWN_NODE).get("a"))
                .isEqualTo(new OwnNode("a", "", OwnNode.NodePorts.AS_CONFIGURED));
        assertThat(next.problems()).isEmpty();
    }
}
