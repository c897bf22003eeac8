package io.stentor.lab;

import io.stentor.kube.HelmValues;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.Problem;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The configuration that a lab gives to its agents and its operator: what follows from the lab's shape, and on top of
/// it what was `--set`.
final class AgentKeys {

    /// Where nodes' pod CIDRs come from when the cluster gives them out (`ipam: kubernetes`).
    static final String CLUSTER_V4 = "10.244.0.0/16";

    static final String CLUSTER_V6 = "fd00:10:244::/48";

    private AgentKeys() {}

    /// @throws LabFailure 2 with all that is wrong with `--set`
    static void check(LabSpec spec) {
        var translated = HelmValues.toKeys(spec.settings());
        if (!translated.problems().isEmpty()) {
            throw new LabFailure(
                    LabFailure.WRONG_USE,
                    translated.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
        }
        boolean theirs = spec.real().isPresent() && !operatorAllocates(spec);
        boolean said = translated.keys().containsKey("ipv4-native-routing-cidr")
                || translated.keys().containsKey("ipv6-native-routing-cidr");
        if (theirs && spec.shape().routing() == Routing.NATIVE && !said) {
            throw new LabFailure(
                    LabFailure.WRONG_USE,
                    "With --routing native, and pod CIDRs that the cluster of --kubeconfig gives out, the lab does not know"
                            + " what pods' range is: --set ipv4NativeRoutingCIDR=… (or ipv6NativeRoutingCIDR) says it.");
        }
    }

    /// Keys as in a `--config-dir`.
    static Map<String, String> of(LabSpec spec) {
        Families families = spec.shape().families();
        boolean v4 = families != Families.IPV6;
        boolean v6 = families != Families.IPV4;
        Map<String, String> set = HelmValues.toKeys(spec.settings()).keys();
        Map<String, String> keys = new TreeMap<>();
        keys.put("enable-ipv4", Boolean.toString(v4));
        keys.put("enable-ipv6", Boolean.toString(v6));
        keys.put("ipam", set.getOrDefault("ipam", "cluster-pool"));
        boolean own = keys.get("ipam").equals("kubernetes");
        if (spec.shape().routing() == Routing.NATIVE) {
            keys.put("routing-mode", "native");
            keys.put("auto-direct-node-routes", Boolean.toString(spec.shape().underlay() == Underlay.FLAT));
            if (v4) {
                keys.put(
                        "ipv4-native-routing-cidr",
                        own ? CLUSTER_V4 : first(set.getOrDefault("cluster-pool-ipv4-cidr", "10.0.0.0/8")));
            }
            if (v6) {
                keys.put(
                        "ipv6-native-routing-cidr",
                        own ? CLUSTER_V6 : first(set.getOrDefault("cluster-pool-ipv6-cidr", "fd00::/104")));
            }
        }
        keys.putAll(set);
        return keys;
    }

    private static String first(String list) {
        return list.split("[ ,]", 2)[0];
    }

    /// Whether the lab starts an operator.
    static boolean operatorRuns(LabSpec spec) {
        return spec.agents();
    }

    /// Whether the operator gives out pod CIDRs, or the lab's own controllers do.
    static boolean operatorAllocates(LabSpec spec) {
        return !of(spec).get("ipam").equals("kubernetes");
    }
}
