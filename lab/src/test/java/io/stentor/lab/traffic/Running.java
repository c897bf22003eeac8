package io.stentor.lab.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A command that runs beside a case. Its lines are kept.
final class Running implements AutoCloseable {

    /// Longer than a busy machine makes anything wait that comes at all.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String what;
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    Running(String what, Process process) {
        this.what = what;
        this.process = process;
        Thread.ofPlatform().daemon().start(this::read);
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException closed) {
            // As good as the end.
        }
        synchronized (lines) {
            ended = true;
            lines.notifyAll();
        }
    }

    /// Waits for a line that it prints or has printed.
    String await(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int seen = 0;
        synchronized (lines) {
            while (true) {
                for (; seen < lines.size(); seen++) {
                    if (wanted.test(lines.get(seen))) {
                        return lines.get(seen);
                    }
                }
                long left = deadline - System.nanoTime();
                if (ended || left <= 0) {
                    throw new AssertionError("'" + what + "' "
                            + (ended ? "ended" : "goes on") + " without the line that was waited for:\n"
                            + String.join("\n", lines));
                }
                lines.wait(left / 1_000_000 + 1);
            }
        }
    }

    /// Sends a line to its standard input.
    void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    /// The command line.
    String what() {
        return what;
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /// Sends a signal by name, waits for the end.
    void end(String signal) throws InterruptedException, IOException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
