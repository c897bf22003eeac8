package io.stentor.operator;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.stentor.kube.Logging;
import io.stentor.kube.cluster.Chores;
import io.stentor.kube.cluster.Leadership;
import io.stentor.model.Family;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The operator's figures, under the names that dashboards know (`cilium_operator_*`) and, for what is our own,
/// `stentor_operator_*`.
final class Metrics implements Chores.Counts {

    private final PrometheusRegistry registry = new PrometheusRegistry();

    /// A counter by nature; but a counter's name would end in `_total`, and the known one does not.
    private final Gauge collected = Gauge.builder()
            .name("cilium_operator_endpoint_gc_objects")
            .help("CiliumEndpoints that collection looked at")
            .labelNames("outcome")
            .register(registry);
    private volatile @Nullable Chores chores;
    private volatile @Nullable Leadership leadership;

    Metrics() {
        GaugeWithCallback.builder()
                .name("stentor_operator_leader")
                .help("Whether this replica leads")
                .callback(gauge -> {
                    Leadership seat = leadership;
                    gauge.call(seat != null && seat.leads() ? 1 : 0);
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("stentor_operator_pod_cidr_nodes")
                .help("Nodes that have a pod CIDR")
                .labelNames("family")
                .callback(gauge -> {
                    Chores now = chores;
                    if (now != null) {
                        now.podCidrs().forEach((family, count) -> gauge.call(count, name(family)));
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("cilium_operator_errors_warnings_total")
                .help("Warnings and errors that were logged")
                .labelNames("level", "subsystem")
                .callback(counter -> Logging.counts()
                        .forEach((what, count) -> counter.call(
                                count, what.level().equals("warn") ? "warning" : what.level(), what.component())))
                .register(registry);
        process();
    }

    private void process() {
        CounterWithCallback.builder()
                .name("cilium_operator_process_cpu_seconds_total")
                .help("Processor time of this process")
                .callback(counter -> counter.call(cpu().toNanos() / 1e9))
                .register(registry);
        GaugeWithCallback.builder()
                .name("cilium_operator_process_resident_memory_bytes")
                .help("Resident memory of this process")
                .callback(gauge -> resident().ifPresent(gauge::call))
                .register(registry);
        GaugeWithCallback.builder()
                .name("cilium_operator_process_open_fds")
                .help("Open file descriptors of this process")
                .callback(gauge -> openFiles().ifPresent(gauge::call))
                .register(registry);
        GaugeWithCallback.builder()
                .name("cilium_operator_process_start_time_seconds")
                .help("When this process started, since 1970")
                .callback(
                        gauge -> gauge.call(ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3))
                .register(registry);
    }

    private static String name(Family family) {
        return family.name().toLowerCase(Locale.ROOT);
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// From `VmRSS` of proc(5).
    private static Optional<Double> resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .findFirst()
                    .map(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Double> openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return Optional.of((double) files.count());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    PrometheusRegistry registry() {
        return registry;
    }

    /// The chores of the current term.
    Chores watch(Chores current) {
        chores = current;
        return current;
    }

    void watch(Leadership seat) {
        leadership = seat;
    }

    @Override
    public void endpointsCollected(String outcome, int count) {
        collected.labelValues(outcome).inc(count);
    }
}
