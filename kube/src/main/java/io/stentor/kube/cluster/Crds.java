package io.stentor.kube.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.kube.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The CustomResourceDefinitions of the group `cilium.io`: the manifests among the resources of `io.stentor.kube.crd`,
/// which `kubectl apply -f` takes as well.
public final class Crds {

    /// Says how new the schema of a definition is: a semantic version.
    static final String VERSION_LABEL = "io.cilium.k8s.crd.schema.version";

    private static final System.Logger LOG = System.getLogger("crds");

    /// Those that the agents wait for come first.
    private static final List<String> MANIFESTS = List.of(
            "ciliumnodes",
            "ciliumendpoints",
            "ciliumidentities",
            "ciliumendpointslices",
            "ciliumnodeconfigs",
            "ciliumnetworkpolicies",
            "ciliumcidrgroups",
            "ciliumpodippools",
            "ciliumloadbalancerippools",
            "ciliuml2announcementpolicies",
            "ciliumlocalredirectpolicies",
            "ciliumegressgatewaypolicies",
            "ciliumbgpclusterconfigs",
            "ciliumbgppeerconfigs",
            "ciliumbgpadvertisements",
            "ciliumbgpnodeconfigs",
            "ciliumbgpnodeconfigoverrides");

    private Crds() {}

    /// Creates what is missing, and replaces what is older. A definition that is as new or newer, or is not marked
    /// with a version that can be read, is somebody else's business.
    ///
    /// @throws RuntimeException when the API server does not take one; what was done before stays
    public static void install(KubernetesClient kubernetes) {
        var definitions = kubernetes.apiextensions().v1().customResourceDefinitions();
        for (CustomResourceDefinition ours : manifests(kubernetes.getKubernetesSerialization())) {
            String name = ours.getMetadata().getName();
            CustomResourceDefinition there = definitions.withName(name).get();
            if (there == null) {
                definitions.resource(ours).create();
                LOG.log(Level.INFO, "installed crd=" + name + " version=" + version(ours));
            } else if (isOlder(version(there), version(ours))) {
                ours.getMetadata().setResourceVersion(there.getMetadata().getResourceVersion());
                definitions.resource(ours).update();
                LOG.log(Level.INFO, "upgraded crd=" + name + " from=" + version(there) + " to=" + version(ours));
            } else {
                LOG.log(Level.DEBUG, "left as it is crd=" + name + " version=" + version(there));
            }
        }
    }

    /// A manifest is a definition, or a list of some that have parts in common.
    static List<CustomResourceDefinition> manifests(KubernetesSerialization serialization) {
        List<CustomResourceDefinition> all = new ArrayList<>();
        for (String manifest : MANIFESTS) {
            try (InputStream in = Crds.class.getResourceAsStream("/io/stentor/kube/crd/" + manifest + ".yaml")) {
                if (in == null) {
                    throw new IllegalStateException(manifest + ".yaml is missing from the jar");
                }
                GenericKubernetesResource object = serialization.unmarshal(in, GenericKubernetesResource.class);
                List<Tree> items =
                        new Tree(object.getAdditionalProperties()).at("items").items();
                List<?> definitions = items.isEmpty()
                        ? List.of(object)
                        : items.stream().map(Tree::value).toList();
                for (Object definition : definitions) {
                    all.add(serialization.convertValue(definition, CustomResourceDefinition.class));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all;
    }

    private static String version(CustomResourceDefinition definition) {
        Map<String, String> labels = definition.getMetadata().getLabels();
        return Optional.ofNullable(labels).map(l -> l.get(VERSION_LABEL)).orElse("");
    }

    /// Whether a version is lower than ours. None at all is lower; one that is no version is not.
    static boolean isOlder(String version, String ours) {
        if (version.isEmpty()) {
            return true;
        }
        if (!version.matches("v?[0-9]{1,9}(\\.[0-9]{1,9}){0,2}([-+].*)?")) {
            return false;
        }
        return Arrays.compare(numbers(version), numbers(ours)) < 0;
    }

    private static int[] numbers(String version) {
        int[] numbers = new int[3];
        String[] parts = version.replaceAll("^v|[-+].*", "").split("\\.", -1);
        for (int i = 0; i < parts.length && i < 3; i++) {
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return numbers;
    }
}
