package io.stentor.datapath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which processors this process may use, and work that is done on one of them.
final class Processors {
    private Processors() {}

    static List<Integer> allowed() throws IOException {
        String ranges = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElseThrow();
        List<Integer> all = new ArrayList<>();
        for (String range : ranges.split(",", -1)) {
            String[] ends = range.split("-", -1);
            for (int cpu = Integer.parseInt(ends[0]); cpu <= Integer.parseInt(ends[ends.length - 1]); cpu++) {
                all.add(cpu);
            }
        }
        return all;
    }

    /// On a thread of its own, which ends with the work; threads that the work starts stay on that processor, too.
    static void on(int processor, Runnable work) throws InterruptedException {
        List<Throwable> failures = new ArrayList<>();
        Thread thread = Thread.ofPlatform()
                .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
                .start(() -> {
                    bind(processor);
                    work.run();
                });
        thread.join();
        if (!failures.isEmpty()) {
            throw new AssertionError("on processor " + processor, failures.getFirst());
        }
    }

    private static void bind(int processor) {
        try {
            String thread =
                    Path.of("/proc/thread-self").toRealPath().getFileName().toString();
            Process taskset = new ProcessBuilder("taskset", "-pc", String.valueOf(processor), thread)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (taskset.waitFor() != 0) {
                throw new AssertionError("taskset refused");
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
