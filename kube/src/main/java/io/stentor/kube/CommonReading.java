package io.stentor.kube;

import io.stentor.model.Family;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Settings that both programs have.
final class CommonReading {

    private CommonReading() {}

    static Set<Family> families(Values values) {
        Set<Family> families = EnumSet.noneOf(Family.class);
        if (values.bool("enable-ipv4")) {
            families.add(Family.IPV4);
        }
        if (values.bool("enable-ipv6")) {
            families.add(Family.IPV6);
        }
        if (families.isEmpty() && values.sound("enable-ipv4", "enable-ipv6")) {
            values.error("enable-ipv4", "is false and so is enable-ipv6: pods need one of the two");
        }
        return Set.copyOf(families);
    }

    static IpamMode ipam(Values values) {
        return values.text("ipam").equals("kubernetes") ? IpamMode.KUBERNETES : IpamMode.CLUSTER_POOL;
    }

    static ApiSettings api(Values values, String qps, String burst) {
        return new ApiSettings(
                values.optional("k8s-kubeconfig-path").map(Path::of),
                values.number(qps),
                values.number(burst),
                values.text("k8s-namespace"));
    }

    static ServingSettings serving(Values values, InetSocketAddress health, Optional<InetSocketAddress> metrics) {
        List<String> options = values.list("log-opt");
        return new ServingSettings(
                health,
                metrics,
                new LogSettings(
                        values.bool("debug") || options.contains("level=debug"),
                        options.contains("format=json") || options.contains("format=json-ts")));
    }
}
