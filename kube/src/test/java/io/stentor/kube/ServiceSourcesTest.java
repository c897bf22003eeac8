package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.SliceName;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceSourcesTest {

    private static final EnumSet<Source> CLUSTER =
            EnumSet.of(Source.NODES, Source.PODS, Source.SERVICES, Source.SLICES);

    private final ApiServer server = new ApiServer();
    private final Store store = new Store(State.awaiting(CLUSTER));

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

    static GenericKubernetesResource service(String name, String labels, String clusterIp) {
        return ApiServer.object("""
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: shop, labels: {%s}}
                spec: {type: ClusterIP, clusterIP: %s, ports: [{port: 80}]}
                """.formatted(name, labels, clusterIp));
    }

    private static GenericKubernetesResource slice(String name, String labels, String address) {
        return ApiServer.object("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: %s, namespace: shop, labels: {%s}}
                addressType: IPv4
                ports: [{name: '', port: 8080}]
                endpoints: [{addresses: [%s], conditions: {ready: true}}]
                """.formatted(name, labels, address));
    }

    private List<String> services() {
        return store.current()
                .table(Table.SERVICES)
                .keys()
                .map(ServiceName::toString)
                .sorted()
                .toList();
    }

    private List<String> slices() {
        return store.current()
                .table(Table.SLICES)
                .keys()
                .map(SliceName::toString)
                .sorted()
                .toList();
    }

    @Test
    void services_and_slices_are_committed_before_they_are_synced_and_changes_follow() throws Exception {
        create(Kinds.SERVICE, service("web", "app: web", "10.96.0.7"));
        create(Kinds.SERVICE, service("none", "app: none", "None"));
        create(Kinds.SERVICE, service("other", "service.kubernetes.io/service-proxy-name: other", "10.96.0.9"));
        create(Kinds.ENDPOINT_SLICE, slice("web-1", "kubernetes.io/service-name: web", "10.0.1.5"));
        create(
                Kinds.ENDPOINT_SLICE,
                slice("none-1", "kubernetes.io/service-name: none, service.kubernetes.io/headless: ''", "10.0.1.6"));
        try (KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(services()).containsExactly("shop/web");
            assertThat(slices()).containsExactly("shop/web-1");
            Service web = store.current().table(Table.SERVICES).get(new ServiceName("shop", "web"));
            assertThat(web.reach().clusterIps()).containsExactly(IpAddress.of("10.96.0.7"));
            EndpointSlice one = store.current().table(Table.SLICES).get(new SliceName("shop", "web-1"));
            assertThat(one.backends().getFirst().address()).isEqualTo(IpAddress.of("10.0.1.5"));

            create(Kinds.SERVICE, service("api", "app: api", "10.96.0.8"));
            create(Kinds.ENDPOINT_SLICE, slice("web-2", "kubernetes.io/service-name: web", "10.0.1.7"));
            ApiServer.await(() -> services().equals(List.of("shop/api", "shop/web")));
            ApiServer.await(() -> slices().equals(List.of("shop/web-1", "shop/web-2")));

            server.kubernetes
                    .genericKubernetesResources(Kinds.SERVICE)
                    .inNamespace("shop")
                    .withName("web")
                    .delete();
            server.kubernetes
                    .genericKubernetesResources(Kinds.ENDPOINT_SLICE)
                    .inNamespace("shop")
                    .withName("web-1")
                    .delete();
            ApiServer.await(() -> services().equals(List.of("shop/api")));
            ApiServer.await(() -> slices().equals(List.of("shop/web-2")));
        }
    }

    @Test
    void what_is_wrong_is_said_for_as_long_as_it_is_wrong() throws Exception {
        create(Kinds.SERVICE, service("web", "app: web", "10.96.0.7"));
        create(Kinds.ENDPOINT_SLICE, slice("web-1", "kubernetes.io/service-name: web", "'fd00::5'"));
        try (KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(store.current().problems())
                    .extracting(Object::toString)
                    .containsExactly("EndpointSlice/shop/web-1 endpoints[0].addresses[0]:"
                            + " fd00::5 is not of the slice's addressType: left out");
            server.kubernetes
                    .genericKubernetesResources(Kinds.ENDPOINT_SLICE)
                    .inNamespace("shop")
                    .withName("web-1")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"endpoints\":[{\"addresses\":[\"10.0.1.5\"]}]}");
            ApiServer.await(() -> store.current().problems().isEmpty());

            server.kubernetes
                    .genericKubernetesResources(Kinds.SERVICE)
                    .inNamespace("shop")
                    .withName("web")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"clusterIP\":\"10.96\"}}");
            ApiServer.await(() -> services().isEmpty());
            assertThat(store.current().problems())
                    .extracting(Object::toString)
                    .containsExactly("Service/shop/web spec.clusterIP: '10.96' is not an IP address");
            server.kubernetes
                    .genericKubernetesResources(Kinds.SERVICE)
                    .inNamespace("shop")
                    .withName("web")
                    .delete();
            ApiServer.await(() -> store.current().problems().isEmpty());
        }
    }

    @Test
    void what_was_known_and_is_not_in_the_first_list_goes_and_the_rest_stays() throws Exception {
        ServiceSettings usual = ServiceSettings.USUAL;
        store.commit(state -> state.with(Table.SERVICES, row(service("gone", "app: web", "10.96.0.1")))
                .with(Table.SERVICES, row(service("web", "app: web", "10.96.0.2")))
                .with(
                        Table.SLICES,
                        EndpointSlices.translate(slice("gone-1", "kubernetes.io/service-name: gone", "10.0.1.1"), usual)
                                .rows()
                                .orElseThrow()));
        create(Kinds.SERVICE, service("web", "app: web", "10.96.0.7"));
        try (KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, usual, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(services()).containsExactly("shop/web");
            assertThat(slices()).isEmpty();
        }
    }

    private static Service row(GenericKubernetesResource object) {
        return Services.translate(object, ServiceSettings.USUAL).rows().orElseThrow();
    }
}
