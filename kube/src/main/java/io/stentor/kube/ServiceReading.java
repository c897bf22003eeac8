package io.stentor.kube;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Settings of Services out of values.
final class ServiceReading {
    private static final String SWITCH = "kube-proxy-replacement";
    private static final String RANGE = "node-port-range";

    private ServiceReading() {}

    static ServiceSettings read(Values values) {
        return new ServiceSettings(
                enabled(values),
                new ServiceSettings.Sockets(
                        values.bool("bpf-lb-sock-hostns-only"),
                        values.optional("cgroup-root").map(Path::of)),
                values.optional("k8s-service-proxy-name").orElse(""),
                nodePorts(values));
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

    private static ServiceSettings.PortRange nodePorts(Values values) {
        List<String> ends = values.list(RANGE);
        if (ends.size() == 2) {
            Optional<Integer> first = port(ends.get(0));
            Optional<Integer> last = port(ends.get(1));
            if (first.isPresent() && last.isPresent() && first.get() <= last.get()) {
                return new ServiceSettings.PortRange(first.get(), last.get());
            }
        }
        values.error(RANGE, "'" + String.join(",", ends) + "' is not two ports, the first and the last: 30000,32767");
        return new ServiceSettings.PortRange(0, 0);
    }

    private static Optional<Integer> port(String text) {
        return text.matches("[0-9]{1,5}")
                ? Optional.of(Integer.parseInt(text)).filter(p -> p >= 1 && p <= 65535)
                : Optional.empty();
    }
}
