package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The operator's settings out of values.
final class OperatorReading {

    private OperatorReading() {}

    static OperatorSettings read(Values values) {
        InetSocketAddress health = values.listen("operator-api-serve-addr")
                .orElseGet(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 9234));
        Optional<InetSocketAddress> metrics =
                values.bool("enable-metrics") ? values.listen("operator-prometheus-serve-addr") : Optional.empty();
        return new OperatorSettings(
                pools(values),
                chores(values),
                lease(values),
                CommonReading.api(values, "operator-k8s-client-qps", "operator-k8s-client-burst"),
                CommonReading.serving(values, health, metrics));
    }

    private static PoolSettings pools(Values values) {
        Set<Family> families = CommonReading.families(values);
        IpamMode mode = CommonReading.ipam(values);
        List<Pool> pools = new ArrayList<>();
        if (mode == IpamMode.CLUSTER_POOL) {
            for (Family family : Family.values()) {
                if (families.contains(family)) {
                    pools.add(pool(values, family, "cluster-pool-ip" + (family == Family.IPV4 ? "v4" : "v6")));
                }
            }
        }
        return new PoolSettings(mode, List.copyOf(pools));
    }

    private static Pool pool(Values values, Family family, String key) {
        String ranges = key + "-cidr";
        String size = key + "-mask-size";
        List<Cidr> cidrs = values.cidrs(ranges);
        int mask = values.number(size);
        for (int i = 0; i < cidrs.size(); i++) {
            Cidr cidr = cidrs.get(i);
            Sense.fault(cidr, List.of()).ifPresent(fault -> values.error(ranges, cidr + " " + fault));
            for (Cidr other : cidrs.subList(i + 1, cidrs.size())) {
                if (cidr.overlaps(other)) {
                    values.error(ranges, cidr + " and " + other + " overlap");
                }
            }
            if (mask < cidr.prefix() && values.sound(ranges, size)) {
                values.error(
                        size,
                        "a pod CIDR of /" + mask + " does not fit into " + cidr + " of " + ranges + ": at least "
                                + cidr.prefix() + " is needed");
            }
        }
        return new Pool(family, cidrs, mask);
    }

    private static ChoreSettings chores(Values values) {
        return new ChoreSettings(
                !values.bool("skip-crd-creation"),
                values.duration("cilium-endpoint-gc-interval"),
                values.duration("nodes-gc-interval"),
                new TaintSettings(
                        values.text("agent-not-ready-taint-key"),
                        values.bool("remove-cilium-node-taints"),
                        values.bool("set-cilium-node-taints"),
                        values.bool("set-cilium-is-up-condition"),
                        labels(values.list("cilium-pod-labels"))),
                ServiceReading.read(values));
    }

    private static Map<String, String> labels(List<String> items) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (String item : items) {
            int equals = item.indexOf('=');
            labels.put(item.substring(0, equals), item.substring(equals + 1));
        }
        return Map.copyOf(labels);
    }

    private static LeaseSettings lease(Values values) {
        String duration = "leader-election-lease-duration";
        String deadline = "leader-election-renew-deadline";
        String period = "leader-election-retry-period";
        LeaseSettings lease =
                new LeaseSettings(values.duration(duration), values.duration(deadline), values.duration(period));
        if (values.sound(duration, deadline) && lease.duration().compareTo(lease.renewDeadline()) <= 0) {
            values.error(duration, "must be longer than " + deadline + " (" + values.text(deadline) + ")");
        }
        if (values.sound(deadline, period) && lease.renewDeadline().compareTo(lease.retryPeriod()) <= 0) {
            values.error(deadline, "must be longer than " + period + " (" + values.text(period) + ")");
        }
        if (values.sound(period) && lease.retryPeriod().compareTo(Duration.ofMillis(100)) < 0) {
            values.error(period, "must be at least 100ms");
        }
        return lease;
    }
}
