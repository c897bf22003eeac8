package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PodName;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointsTest {

    private final ApiServer server = new ApiServer();
    private final Store store = new Store(State.awaiting(Set.of(Source.ENDPOINTS)));

    @AfterEach
    void close() {
        server.close();
    }

    private static Endpoint endpoint(PodName pod) {
        Attachment attachment = new Attachment("c0ffee", "eth0", "stn0", 7, MacAddress.of("02:00:00:00:00:01"));
        Addresses addresses =
                new Addresses(Optional.of(IpAddress.of("10.0.0.5")), Optional.of(IpAddress.of("fd00::5")));
        return new Endpoint(42, attachment, pod, addresses, 5);
    }

    private Pod createPod(String tier) {
        return server.kubernetes
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("web")
                        .withNamespace("shop")
                        .addToLabels("tier", tier)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName("a")
                        .addNewContainer()
                        .withName("c")
                        .addNewPort()
                        .withName("http")
                        .withContainerPort(8080)
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    private GenericKubernetesResource object() {
        return server.kubernetes
                .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                .inNamespace("shop")
                .withName("web")
                .get();
    }

    @Test
    void a_pod_that_is_connected_has_an_object_until_it_is_not() throws Exception {
        Pod pod = createPod("front");
        PodName name = new PodName("shop", "web", pod.getMetadata().getUid());
        NodeAddress address = new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of("192.0.2.1"));
        try (KubeClient client = server.client();
                LocalPods pods = LocalPods.start(client, "a");
                CiliumEndpointWriter _ = CiliumEndpointWriter.start(client, pods, store)) {
            store.commit(state -> state.with(Table.ENDPOINTS, endpoint(name)));
            store.commit(state -> state.with(Table.NODES, new Node("a", List.of(address), List.of())));
            ApiServer.await(() -> object() != null);
            assertThat(object().getMetadata().getOwnerReferences())
                    .extracting(o -> o.getKind() + "/" + o.getName() + " " + o.getUid())
                    .containsExactly("Pod/web " + pod.getMetadata().getUid());
            assertThat(object().getMetadata().getLabels()).containsEntry("tier", "front");
            assertThat(object().getAdditionalProperties().get("status"))
                    .isEqualTo(ApiServer.object("""
                            kind: CiliumEndpoint
                            status:
                              id: 42
                              state: ready
                              identity: {id: 5, labels: ['reserved:init']}
                              networking: {node: 192.0.2.1, addressing: [{ipv4: 10.0.0.5, ipv6: 'fd00::5'}]}
                              encryption: {key: 0}
                              named-ports: [{name: http, port: 8080, protocol: TCP}]
                              external-identifiers:
                                pod-name: shop/web
                                k8s-pod-name: web
                                k8s-namespace: shop
                                cni-attachment-id: c0ffee:eth0
                                container-id: c0ffee
                            """).getAdditionalProperties().get("status"));
            assertThat(CiliumEndpoints.translate(object()).rows()).hasSize(2);

            server.kubernetes
                    .pods()
                    .inNamespace("shop")
                    .withName("web")
                    .edit(p -> new PodBuilder(p)
                            .editMetadata()
                            .addToLabels("tier", "back")
                            .endMetadata()
                            .build());
            ApiServer.await(() -> object().getMetadata().getLabels().get("tier").equals("back"));

            store.commit(state -> state.without(Table.ENDPOINTS, 42));
            ApiServer.await(() -> object() == null);
        }
    }

    @Test
    void the_object_of_a_new_pod_of_the_same_name_stays() throws Exception {
        Pod pod = createPod("front");
        PodName name = new PodName("shop", "web", pod.getMetadata().getUid());
        NodeAddress address = new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of("192.0.2.1"));
        store.commit(state -> state.with(Table.NODES, new Node("a", List.of(address), List.of())));
        try (KubeClient client = server.client();
                LocalPods pods = LocalPods.start(client, "a");
                CiliumEndpointWriter _ = CiliumEndpointWriter.start(client, pods, store)) {
            store.commit(state -> state.with(Table.ENDPOINTS, endpoint(name)));
            ApiServer.await(() -> object() != null);
            server.kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                    .inNamespace("shop")
                    .withName("web")
                    .edit(o -> {
                        o.getMetadata().getOwnerReferences().getFirst().setUid("successor");
                        return o;
                    });
            store.commit(state -> state.without(Table.ENDPOINTS, 42));
            // Another endpoint's object comes after the first one's deletion was decided.
            createMarker();
            ApiServer.await(() -> server.kubernetes
                            .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                            .inNamespace("shop")
                            .withName("marker")
                            .get()
                    != null);
            assertThat(object()).isNotNull();
        }
    }

    private void createMarker() {
        Pod pod = server.kubernetes
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("marker")
                        .withNamespace("shop")
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName("a")
                        .endSpec()
                        .build())
                .create();
        store.commit(state -> state.with(
                Table.ENDPOINTS,
                endpoint(new PodName("shop", "marker", pod.getMetadata().getUid()))));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {networking: {addressing: [{ipv4: 10.0.0}], node: 192.0.2.1}}                      => CiliumEndpoint/shop/web status.networking.addressing[0].ipv4: '10.0.0' is not an IP address
            {networking: {addressing: [{ipv4: 10.0.0.1}], node: here}}                         => CiliumEndpoint/shop/web status.networking.node: 'here' is not an IP address
            {networking: {addressing: [{ipv4: 10.0.0.1}]}}                                     => CiliumEndpoint/shop/web status.networking.node: '' is not an IP address
            {networking: {addressing: [{ipv4: 10.0.0.1}], node: 192.0.2.1}, identity: {id: 0}} => CiliumEndpoint/shop/web status.identity.id: 0 is not an identity
            {networking: {addressing: [{ipv4: 127.0.0.1}], node: 192.0.2.1}}                   => CiliumEndpoint/shop/web status.networking.addressing[0].ipv4: 127.0.0.1 is a loopback address, which others cannot reach
            {networking: {addressing: [{ipv6: 'fe80::7:1'}], node: 192.0.2.1}}                 => CiliumEndpoint/shop/web status.networking.addressing[0].ipv6: fe80::7:1 is a link-local address, which others cannot reach
            """)
    void what_makes_no_sense_is_said(String status, String problem) {
        GenericKubernetesResource object = ApiServer.object("""
                apiVersion: cilium.io/v2
                kind: CiliumEndpoint
                metadata: {name: web, namespace: shop}
                status: %s
                """.formatted(status));
        assertThat(CiliumEndpoints.translate(object).problems())
                .extracting(Object::toString)
                .containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {addresses: [{type: InternalIP, ip: a.b}, {type: InternalIP, ip: 192.0.2.1}]}              => CiliumNode/n spec.addresses[0].ip: 'a.b' is not an IP address
            {addresses: [{type: ExternalDNS, ip: n.example}, {type: ExternalIP, ip: 192.0.2.1}]}       => CiliumNode/n spec.addresses: there is no InternalIP: other nodes cannot reach its pods
            {addresses: [{type: InternalIP, ip: 192.0.2.1}], ipam: {podCIDRs: [10.0.0.0/40]}}          => CiliumNode/n spec.ipam.podCIDRs[0]: '10.0.0.0/40' is not a CIDR
            {addresses: [{type: InternalIP, ip: 192.0.2.1}, {type: ExternalIP, ip: 224.0.0.1}]}        => CiliumNode/n spec.addresses[1].ip: 224.0.0.1 is a multicast address, which others cannot reach
            {addresses: [{type: InternalIP, ip: 192.0.2.1}], ipam: {podCIDRs: [0.0.0.0/0]}}            => CiliumNode/n spec.ipam.podCIDRs[0]: 0.0.0.0/0 is larger than any cluster
            {addresses: [{type: InternalIP, ip: 192.0.2.1}], ipam: {podCIDRs: [127.1.0.0/16]}}         => CiliumNode/n spec.ipam.podCIDRs[0]: 127.1.0.0/16 overlaps 127.0.0.0/8, and none of those is an address for pods
            {addresses: [{type: InternalIP, ip: 192.0.2.1}], ipam: {podCIDRs: [192.0.2.0/24]}}         => CiliumNode/n spec.ipam.podCIDRs[0]: 192.0.2.0/24 contains the node's own address 192.0.2.1
            {addresses: [{type: InternalIP, ip: 192.0.2.1}], ipam: {podCIDRs: [10.0.0.0/8, 7]}}        => CiliumNode/n spec.ipam.podCIDRs[1]: '' is not a CIDR
            """)
    void a_node_that_makes_no_sense_is_said(String spec, String problem) {
        GenericKubernetesResource object = ApiServer.object("""
                apiVersion: cilium.io/v2
                kind: CiliumNode
                metadata: {name: n}
                spec: %s
                """.formatted(spec));
        assertThat(CiliumNodes.translate(object).problems())
                .extracting(Object::toString)
                .containsExactly(problem);
    }
}
