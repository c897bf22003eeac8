package io.stentor.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.kube.ApiServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrdsTest {

    private static final List<CustomResourceDefinition> ALL = Crds.manifests(new KubernetesSerialization());

    @Test
    void every_kind_is_there_with_its_names_and_versions() {
        assertThat(ALL)
                .extracting(crd -> crd.getSpec().getNames().getPlural() + " "
                        + crd.getSpec().getNames().getShortNames() + " "
                        + crd.getSpec().getScope() + " "
                        + crd.getSpec().getVersions().stream()
                                .map(v -> v.getName() + (v.getStorage() ? "*" : ""))
                                .toList())
                .containsExactlyInAnyOrder(
                        "ciliumnetworkpolicies [cnp, ciliumnp] Namespaced [v2*]",
                        "ciliumclusterwidenetworkpolicies [ccnp] Cluster [v2*]",
                        "ciliumcidrgroups [ccg] Cluster [v2*, v2alpha1]",
                        "ciliumendpoints [cep, ciliumep] Namespaced [v2*]",
                        "ciliumendpointslices [ces] Cluster [v2alpha1*]",
                        "ciliumidentities [ciliumid] Cluster [v2*]",
                        "ciliumnodes [cn, ciliumn] Cluster [v2*]",
                        "ciliumnodeconfigs [] Namespaced [v2*, v2alpha1]",
                        "ciliumloadbalancerippools [ippools, ippool, lbippool, lbippools] Cluster [v2*, v2alpha1]",
                        "ciliuml2announcementpolicies [l2announcement] Cluster [v2alpha1*]",
                        "ciliumegressgatewaypolicies [cegp] Cluster [v2*]",
                        "ciliumbgpclusterconfigs [cbgpcluster] Cluster [v2*, v2alpha1]",
                        "ciliumbgppeerconfigs [cbgppeer] Cluster [v2*, v2alpha1]",
                        "ciliumbgpadvertisements [cbgpadvert] Cluster [v2*, v2alpha1]",
                        "ciliumbgpnodeconfigs [cbgpnode] Cluster [v2*, v2alpha1]",
                        "ciliumbgpnodeconfigoverrides [cbgpnodeoverride] Cluster [v2*, v2alpha1]",
                        "ciliumlocalredirectpolicies [clrp] Namespaced [v2*]",
                        "ciliumpodippools [cpip] Cluster [v2alpha1*]");
    }

    /// What an API server asks of a structural schema.
    @Test
    void every_schema_is_structural() {
        for (CustomResourceDefinition crd : ALL) {
            assertThat(crd.getMetadata().getName())
                    .isEqualTo(crd.getSpec().getNames().getPlural() + ".cilium.io");
            crd.getSpec()
                    .getVersions()
                    .forEach(version -> structural(
                            crd.getMetadata().getName(), version.getSchema().getOpenAPIV3Schema()));
        }
    }

    private static void structural(String path, JSONSchemaProps schema) {
        boolean any = Boolean.TRUE.equals(schema.getXKubernetesIntOrString());
        assertThat(schema.getType() != null || any).as(path + " has a type").isTrue();
        Map<String, JSONSchemaProps> properties = schema.getProperties();
        if (properties != null) {
            assertThat(properties.keySet()).as(path).containsAll(schema.getRequired());
            properties.forEach((name, inner) -> structural(path + "." + name, inner));
        }
        assertThat("array".equals(schema.getType())).as(path + " has items").isEqualTo(schema.getItems() != null);
        if (schema.getItems() != null) {
            structural(path + "[]", schema.getItems().getSchema());
        }
        if (schema.getAdditionalProperties() != null) {
            structural(path + "{}", schema.getAdditionalProperties().getSchema());
        }
    }

    @Test
    void what_is_missing_is_installed_what_is_older_replaced_and_what_is_newer_left_alone() {
        try (ApiServer server = new ApiServer()) {
            var definitions = server.kubernetes.apiextensions().v1().customResourceDefinitions();
            Crds.install(server.kubernetes);
            assertThat(definitions.list().getItems()).hasSize(18);
            mark(server, "ciliumnodes.cilium.io", "1.28.2");
            mark(server, "ciliumendpoints.cilium.io", "1.99.0");
            Crds.install(server.kubernetes);
            assertThat(definitions
                            .withName("ciliumnodes.cilium.io")
                            .get()
                            .getSpec()
                            .getNames()
                            .getCategories())
                    .containsExactly("cilium");
            assertThat(definitions
                            .withName("ciliumendpoints.cilium.io")
                            .get()
                            .getSpec()
                            .getNames()
                            .getCategories())
                    .containsExactly("theirs");
        }
    }

    private static void mark(ApiServer server, String name, String version) {
        server.kubernetes
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(name)
                .edit(crd -> {
                    crd.getMetadata().setLabels(Map.of(Crds.VERSION_LABEL, version));
                    crd.getSpec().getNames().setCategories(List.of("theirs"));
                    return crd;
                });
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "1.33.9, true",
        "1.34, false",
        "1.34.0, false",
        "1.34.1, false",
        "1.9.12, true",
        "v1.30.0, true",
        "2.0.0-rc1, false",
        "latest, false"
    })
    void only_an_older_schema_is_replaced(String there, boolean older) {
        assertThat(Crds.isOlder(there, "1.34.0")).isEqualTo(older);
    }
}
