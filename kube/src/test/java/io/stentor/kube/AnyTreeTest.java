package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.Service;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/// Whatever the shape of an object is, it becomes rows that make sense and problems.
class AnyTreeTest {

    private static final Map<String, Object> PORT =
            Map.of("name", "http", "port", 80, "protocol", "TCP", "nodePort", 30080);
    private static final Map<String, Object> SPEC = Map.of(
            "type",
            "LoadBalancer",
            "clusterIP",
            "10.96.0.7",
            "clusterIPs",
            List.of("10.96.0.7", "fd00:96::7"),
            "externalIPs",
            List.of("198.51.100.7"),
            "loadBalancerSourceRanges",
            List.of("203.0.113.0/24"),
            "sessionAffinity",
            "ClientIP",
            "sessionAffinityConfig",
            Map.of("clientIP", Map.of("timeoutSeconds", 60)),
            "externalTrafficPolicy",
            "Local",
            "internalTrafficPolicy",
            "Local",
            "healthCheckNodePort",
            30999);
    private static final Map<String, Object> ENDPOINT = Map.of(
            "addresses", List.of("10.0.1.5"),
            "conditions", Map.of("ready", true, "serving", true, "terminating", false),
            "nodeName", "worker-1",
            "hints", Map.of("forZones", List.of(Map.of("name", "z1"))));
    private static final Map<String, Object> INGRESS = Map.of("ip", "203.0.113.9", "ipMode", "VIP");

    private static final List<String> LABELS = List.of(
            "service.kubernetes.io/service-proxy-name",
            "service.cilium.io/type",
            "service.cilium.io/src-ranges-policy");

    private static Arbitrary<Object> leaves() {
        Arbitrary<Object> words = Arbitraries.of(
                "",
                "None",
                "ClusterIP",
                "LoadBalancer",
                "NodePort",
                "TCP",
                "UDP",
                "x",
                "IPv4",
                "IPv6",
                "ClientIP",
                "Local",
                "10.0.0.7",
                "fd00::7",
                "127.0.0.1",
                "10.0.0.0/8",
                "10.0.0.0/99",
                "deny",
                "http");
        Arbitrary<Object> numbers = Arbitraries.of(0, -1, 80, 30080, 65535, 65536, Long.MAX_VALUE, 80.5, Double.NaN);
        return Arbitraries.oneOf(words, numbers, Arbitraries.of(true, false)).injectNull(0.1);
    }

    private static Arbitrary<Object> trees() {
        return Arbitraries.recursive(AnyTreeTest::leaves, AnyTreeTest::branches, 0, 3);
    }

    private static Arbitrary<Object> branches(Arbitrary<Object> parts) {
        Arbitrary<Object> maps = Arbitraries.maps(
                        Arbitraries.of("ip", "name", "clientIP", "forZones", "ready", "ingress", "port"), parts)
                .ofMaxSize(4)
                .map(map -> map);
        return Arbitraries.oneOf(maps, parts.list().ofMaxSize(3).map(list -> list), leaves());
    }

    /// What is whole, with something else in the place of some of its fields.
    private static Arbitrary<Object> damaged(Map<String, Object> whole) {
        return Arbitraries.maps(Arbitraries.of(whole.keySet()), trees())
                .ofMaxSize(3)
                .map(damage -> {
                    Map<String, Object> both = new HashMap<>(whole);
                    both.putAll(damage);
                    return both;
                });
    }

    /// Several of them, or something else.
    private static Arbitrary<Object> some(Map<String, Object> whole) {
        Arbitrary<Object> list = damaged(whole).list().ofMaxSize(4).map(items -> items);
        return Arbitraries.frequencyOf(Tuple.of(9, list), Tuple.of(1, trees()));
    }

    @Provide
    Arbitrary<Object> specs() {
        return damaged(SPEC);
    }

    @Provide
    Arbitrary<Object> ports() {
        return some(PORT);
    }

    @Provide
    Arbitrary<Object> ingresses() {
        return some(INGRESS);
    }

    @Provide
    Arbitrary<Object> endpoints() {
        return some(ENDPOINT);
    }

    @Provide
    Arbitrary<Map<String, String>> labels() {
        return Arbitraries.maps(
                        Arbitraries.of(LABELS),
                        Arbitraries.of("", "ClusterIP", "NodePort", "LoadBalancer", "deny", "x")
                                .injectNull(0.1))
                .ofMaxSize(2);
    }

    private static GenericKubernetesResource object(Map<String, Object> fields, Map<String, String> labels) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setMetadata(new ObjectMetaBuilder()
                .withName("web")
                .withNamespace("shop")
                .withLabels(labels)
                .withAnnotations(labels)
                .build());
        object.setAdditionalProperties(new HashMap<>(fields));
        return object;
    }

    @Property(tries = 1000)
    void a_service_of_any_shape_has_ports_that_are_some_or_is_absent(
            @ForAll("specs") Object spec,
            @ForAll("ports") Object ports,
            @ForAll("ingresses") Object ingress,
            @ForAll("labels") Map<String, String> labels) {
        Map<String, Object> fields = new HashMap<>();
        Map<Object, Object> whole = new HashMap<>((Map<?, ?>) spec);
        whole.put("ports", ports);
        fields.put("spec", whole);
        fields.put("status", Map.of("loadBalancer", Collections.singletonMap("ingress", ingress)));
        Translated<Optional<Service>> service = Services.translate(object(fields, labels), ServiceSettings.USUAL);
        Statistics.collect(service.rows().isPresent());
        Statistics.coverage(tried -> tried.check(true).percentage(share -> share > 20));
        service.rows()
                .ifPresent(row -> assertThat(row.ports())
                        .isNotEmpty()
                        .doesNotHaveDuplicates()
                        .allMatch(port -> port.port() >= 1 && port.port() <= 65535)
                        .allMatch(port ->
                                port.nodePort() == 0 || (port.nodePort() >= 30000 && port.nodePort() <= 32767)));
        assertThat(service.problems()).allMatch(problem -> problem.object().equals("Service/shop/web"));
    }

    @Property(tries = 1000)
    void a_slice_of_any_shape_has_backends_of_its_family_and_ports_that_are_some(
            @ForAll("ports") Object ports, @ForAll("endpoints") Object endpoints, @ForAll boolean v6) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("addressType", v6 ? "IPv6" : "IPv4");
        fields.put("ports", ports);
        fields.put("endpoints", endpoints);
        Map<String, String> labels = Map.of("kubernetes.io/service-name", "web");
        Translated<Optional<EndpointSlice>> slice =
                EndpointSlices.translate(object(fields, labels), ServiceSettings.USUAL);
        EndpointSlice row = slice.rows().orElseThrow();
        Statistics.collect(row.ports().isEmpty() || row.backends().isEmpty());
        Statistics.coverage(tried -> tried.check(false).percentage(share -> share > 5));
        assertThat(row.backends()).allMatch(backend -> backend.address().family() == (v6 ? Family.IPV6 : Family.IPV4));
        assertThat(row.ports()).allMatch(port -> port.port() >= 1 && port.port() <= 65535);
        assertThat(slice.problems()).allMatch(problem -> problem.object().equals("EndpointSlice/shop/web"));
    }
}
