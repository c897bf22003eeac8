package io.stentor.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Another program, run to its end.
///
/// @param exitCode its own; -1 if it had to be stopped
/// @param output   what it printed, both streams
record Command(int exitCode, String output) {
    private static final int PATIENCE_SECONDS = 20;

    /// @throws IOException if it cannot be started
    static Command run(List<String> words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        Thread stopper = Thread.ofVirtual().start(() -> stopLate(process));
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            return new Command(code > 128 ? -1 : code, output.strip());
        } catch (InterruptedException ending) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ending);
        } finally {
            stopper.interrupt();
        }
    }

    private static void stopLate(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException ended) {
            // The program ended by itself.
            Thread.currentThread().interrupt();
        }
    }

    boolean succeeded() {
        return exitCode == 0;
    }
}
