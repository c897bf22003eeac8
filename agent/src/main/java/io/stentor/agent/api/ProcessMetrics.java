package io.stentor.agent.api;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.stentor.agent.api.Samples.Values;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What this process uses, by `/proc`: management beans say less and cost memory of their own.
final class ProcessMetrics implements MultiCollector {
    private static final Path PROC = Path.of("/proc/self");

    @Override
    public MetricSnapshots collect() {
        try {
            ProcessHandle.Info info = ProcessHandle.current().info();
            List<String> status = Files.readAllLines(PROC.resolve("status"));
            Samples samples = new Samples()
                    .gauge(
                            "cilium_process_resident_memory_bytes",
                            "Memory that the process has in RAM.",
                            1024 * number(status, "VmRSS:"))
                    .gauge(
                            "cilium_process_virtual_memory_bytes",
                            "Address space of the process.",
                            1024 * number(status, "VmSize:"))
                    .gauge("cilium_process_open_fds", "Open file descriptors.", openDescriptors())
                    .gauge(
                            "cilium_process_max_fds",
                            "File descriptors that may be open.",
                            number(Files.readAllLines(PROC.resolve("limits")), "Max open files"));
            info.totalCpuDuration()
                    .ifPresent(cpu -> samples.counter(
                            "cilium_process_cpu_seconds",
                            "Processor time that the process has taken.",
                            new Values().put(cpu.toMillis() / 1e3)));
            info.startInstant()
                    .ifPresent(start -> samples.gauge(
                            "cilium_process_start_time_seconds",
                            "When the process started, in seconds since 1970.",
                            start.toEpochMilli() / 1e3));
            return samples.snapshots();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> open = Files.list(PROC.resolve("fd"))) {
            return open.count();
        }
    }

    /// The first number of the line that begins so; 0 without one.
    private static long number(List<String> lines, String begin) {
        return lines.stream()
                .filter(line -> line.startsWith(begin))
                .flatMap(
                        line -> Stream.of(line.substring(begin.length()).strip().split("\\s+")))
                .filter(word -> word.matches("[0-9]+"))
                .findFirst()
                .map(Long::parseLong)
                .orElse(0L);
    }
}
