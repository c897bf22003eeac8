package io.stentor.lab.topology;

import io.stentor.lab.LabFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs commands of the host to their end.
public final class Shell {

    /// Longer than a busy machine makes anything wait that is run here: what takes that long hangs.
    private static final long LIMIT_SECONDS = 300;

    private Shell() {}

    /// What a command left: its exit code, its standard output, its standard error.
    public record Result(int exit, String out, String err) {}

    /// Runs a command with the given standard input.
    ///
    /// @return its standard output
    /// @throws LabFailure with the command and what it said when it did not exit with 0
    public static String run(List<String> command, String input) {
        Result result = attempt(command, input);
        if (result.exit() != 0) {
            String said = result.err().isBlank() ? result.out() : result.err();
            throw new LabFailure("'" + shown(command) + "' failed with exit code " + result.exit() + ": "
                    + said.strip().replace('\n', ' '));
        }
        return result.out();
    }

    public static String run(String... command) {
        return run(List.of(command), "");
    }

    /// As [#run], where a failure is an answer.
    public static Result attempt(List<String> command, String input) {
        try {
            Process process = new ProcessBuilder(command).start();
            try {
                CompletableFuture<String> out = drain(process.getInputStream());
                CompletableFuture<String> err = drain(process.getErrorStream());
                feed(process, input);
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new LabFailure("'" + shown(command) + "' did not end within " + LIMIT_SECONDS + " s.");
                }
                return new Result(process.exitValue(), out.join(), err.join());
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new LabFailure("'" + command.getFirst() + "' cannot be run: " + e.getMessage()
                    + "; 'make deps' installs what the lab needs.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted while '" + shown(command) + "' ran");
        }
    }

    private static void feed(Process process, String input) {
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException ignored) {
            // The command ended without reading its input: its exit code says what there is to say.
        }
    }

    private static CompletableFuture<String> drain(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.complete("");
            }
        });
        return text;
    }

    /// Whether a program of this name is on the path.
    public static boolean has(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        for (String folder : path.split(":", -1)) {
            if (!folder.isEmpty() && Path.of(folder, program).toFile().canExecute()) {
                return true;
            }
        }
        return false;
    }

    private static String shown(List<String> command) {
        String line = String.join(" ", command);
        return line.length() > 160 ? line.substring(0, 160) + " …" : line;
    }
}
