package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceWarningsTest {

    private final ApiServer server = new ApiServer();

    @AfterEach
    void close() {
        server.close();
    }

    private void create(ResourceDefinitionContext kind, GenericKubernetesResource object) {
        server.kubernetes
                .genericKubernetesResources(kind)
                .inNamespace("shop")
                .resource(object)
                .create();
    }

    private static GenericKubernetesResource service(String name, String uid, String created, String spec) {
        return ApiServer.object("""
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: shop, uid: %s, creationTimestamp: '%s'}
                spec: {%s}
                """.formatted(name, uid, created, spec));
    }

    private List<Event> events() {
        return server.kubernetes.v1().events().inNamespace("shop").list().getItems();
    }

    private List<String> texts() {
        return events().stream()
                .map(event -> event.getInvolvedObject().getName() + " " + event.getCount() + " " + event.getMessage())
                .sorted()
                .toList();
    }

    private static final String OLD = "2026-01-01T00:00:00Z";
    private static final String NEW = "2026-02-01T00:00:00Z";

    @Test
    void the_younger_of_two_services_that_claim_one_address_has_an_event() throws Exception {
        // The server says when they were made, in whole seconds: the names decide where these are equal.
        create(Kinds.SERVICE, service("a-old", "u1", OLD, "clusterIP: 10.96.0.7, ports: [{port: 80}]"));
        create(Kinds.SERVICE, service("b-new", "u2", NEW, "clusterIP: 10.96.0.7, ports: [{port: 80}]"));
        create(Kinds.SERVICE, service("fine", "u3", OLD, "clusterIP: 10.96.0.8, ports: [{port: 80}]"));
        String expected =
                "b-new 1 spec.clusterIPs: 10.96.0.7 port 80/TCP is taken: it belongs to Service/shop/a-old, which"
                        + " was there first; give one of the two another address or port";
        try (KubeClient client = server.client();
                ServiceWarnings _ = ServiceWarnings.start(client, ServiceSettings.USUAL)) {
            ApiServer.await(() -> !events().isEmpty());
        }
        assertThat(texts()).containsExactly(expected);
        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(event.getType()).isEqualTo("Warning");
            assertThat(event.getInvolvedObject().getKind()).isEqualTo("Service");
            assertThat(event.getInvolvedObject().getUid())
                    .isEqualTo(server.kubernetes
                            .services()
                            .inNamespace("shop")
                            .withName("b-new")
                            .get()
                            .getMetadata()
                            .getUid());
        });
        // Another leader says the same: it is counted, and no second event.
        try (KubeClient client = server.client();
                ServiceWarnings _ = ServiceWarnings.start(client, ServiceSettings.USUAL)) {
            ApiServer.await(() -> texts().equals(List.of(expected.replace("new 1", "new 2"))));
        }
    }

    @Test
    void what_is_wrong_with_a_service_or_with_a_slice_of_it_is_told_of_the_service() throws Exception {
        create(
                Kinds.SERVICE,
                service(
                        "web",
                        "u1",
                        OLD,
                        "type: NodePort, clusterIP: 10.96.0.7, ipFamilies: [IPv4], ports: [{port: 80, nodePort: 80}]"));
        create(Kinds.ENDPOINT_SLICE, ApiServer.object("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
                addressType: IPv4
                ports: []
                endpoints: [{addresses: ['fd00::5']}]
                """));
        try (KubeClient client = server.client();
                ServiceWarnings _ = ServiceWarnings.start(client, ServiceSettings.USUAL)) {
            ApiServer.await(() -> events().size() == 3);
        }
        assertThat(texts())
                .containsExactly(
                        "web 1 EndpointSlice/shop/web-1 endpoints[0].addresses[0]: fd00::5 is not of the slice's"
                                + " addressType: left out",
                        "web 1 EndpointSlice/shop/web-1 ports: there are none: nothing reaches its endpoints",
                        "web 1 spec.ports[0].nodePort: 80 is outside of node-port-range, which is 30000-32767: left out");
    }

    private static io.stentor.model.Service row(String name, String created, String spec) {
        return Services.translate(service(name, name, created, spec), ServiceSettings.USUAL)
                .rows()
                .orElseThrow();
    }

    @Test
    void rivals_are_told_until_one_of_them_gives_way() {
        Rivals rivals = new Rivals();
        var old = row("old", OLD, "type: NodePort, clusterIP: 10.96.0.7, ports: [{port: 80, nodePort: 30080}]");
        var young = row("young", NEW, "type: NodePort, clusterIP: 10.96.0.8, ports: [{port: 80, nodePort: 30080}]");
        rivals.put(young);
        assertThat(rivals.problems(young.name())).isEmpty();
        assertThat(rivals.put(old)).containsExactly(old.name(), young.name());
        assertThat(rivals.problems(old.name())).isEmpty();
        assertThat(rivals.problems(young.name()))
                .singleElement()
                .hasToString(
                        "Service/shop/young spec.ports[80].nodePort: node port 30080/TCP of IPv4 is taken: it belongs to"
                                + " Service/shop/old, which was there first; give one of the two another address or port");
        assertThat(rivals.remove(old.name())).containsExactly(young.name());
        assertThat(rivals.problems(young.name())).isEmpty();
        assertThat(rivals.remove(old.name())).isEmpty();
    }
}
