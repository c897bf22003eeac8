package io.stentor.kube;

import io.stentor.model.Cidr;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which Services are served, out of values.
final class ServiceReading {

    private static final String SWITCH = "kube-proxy-replacement";
    private static final String PROXY_NAME = "k8s-service-proxy-name";
    private static final String NODE_PORT_ADDRESSES = "nodeport-addresses";
    private static final String NODE_PORTS = "node-port-range";
    private static final Pattern LABEL_VALUE = Pattern.compile("|[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final int PORTS = 65535;

    private ServiceReading() {}

    static ServiceSettings read(Values values) {
        String proxyName = values.text(PROXY_NAME);
        if (!LABEL_VALUE.matcher(proxyName).matches()) {
            values.error(PROXY_NAME, "'" + proxyName + "' is not a label's value");
        }
        return new ServiceSettings(proxyName, nodePorts(values), balancing(values), outside(values), upkeep(values));
    }

    private static ServiceSettings.Outside outside(Values values) {
        return new ServiceSettings.Outside(
                nodePortAddresses(values),
                values.bool("nodeport-bind-internal-ip"),
                values.bool("bpf-lb-source-range-all-types"),
                values.bool("bpf-lb-external-clusterip"),
                values.bool("disable-external-ip-mitigation"));
    }

    private static ServiceSettings.Backends backends(Values values) {
        return new ServiceSettings.Backends(
                values.bool("enable-service-topology"),
                values.text("service-no-backend-response").equals("drop"));
    }

    /// Of both families in one list.
    private static List<Cidr> nodePortAddresses(Values values) {
        List<Cidr> ranges = new ArrayList<>();
        for (String text : values.list(NODE_PORT_ADDRESSES)) {
            Optional<Cidr> range = Cidr.parse(text);
            range.ifPresent(ranges::add);
            if (range.isEmpty()) {
                values.error(NODE_PORT_ADDRESSES, "'" + text + "' is not a CIDR");
            }
        }
        return ranges;
    }

    private static ServiceSettings.Upkeep upkeep(Values values) {
        return new ServiceSettings.Upkeep(
                values.bool("bpf-lb-sock-terminate-pod-connections"),
                new ServiceSettings.PortProtection(
                        values.bool("node-port-bind-protection"), values.bool("enable-auto-protect-node-port-range")),
                new ServiceSettings.HealthChecks(
                        values.bool("enable-health-check-nodeport"),
                        values.listen("kube-proxy-replacement-healthz-bind-address")));
    }

    private static ServiceSettings.Balancing balancing(Values values) {
        return new ServiceSettings.Balancing(
                enabled(values),
                values.bool("bpf-lb-sock-hostns-only"),
                values.optional("cgroup-root").map(Path::of),
                backends(values));
    }

    /// The words that older charts write are taken for what they meant, where there is one meaning left.
    private static boolean enabled(Values values) {
        return switch (values.text(SWITCH)) {
            case "true", "strict" -> true;
            case "partial", "probe" -> {
                values.error(SWITCH, "'" + values.text(SWITCH) + "' is gone: true, or false");
                yield false;
            }
            default -> false;
        };
    }

    private static ServiceSettings.NodePorts nodePorts(Values values) {
        List<Integer> ends = values.list(NODE_PORTS).stream()
                .map(text -> PORT.matcher(text).matches() ? Integer.parseInt(text) : 0)
                .toList();
        if (ends.size() == 2 && ends.getFirst() >= 1 && ends.getFirst() <= ends.getLast() && ends.getLast() <= PORTS) {
            return new ServiceSettings.NodePorts(ends.getFirst(), ends.getLast());
        }
        values.error(
                NODE_PORTS,
                "'" + values.text(NODE_PORTS) + "' is not a first and a last port from 1 to " + PORTS
                        + ", such as 30000,32767");
        return ServiceSettings.USUAL.nodePorts();
    }
}
