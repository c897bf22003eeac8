package io.stentor.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Runs a command in this terminal and becomes its exit code.
final class Foreground {

    private Foreground() {}

    /// The command, run in the folder where the user stands, if that can be seen from inside.
    static List<String> here(List<String> command) {
        List<String> all = new ArrayList<>(
                List.of("sh", "-c", "cd \"$1\" 2>/dev/null; shift; exec \"$@\"", "sh", System.getProperty("user.dir")));
        all.addAll(command);
        return all;
    }

    /// @param environment instead of this process's own; empty for that
    static int run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        if (!environment.isEmpty()) {
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        Process process = builder.start();
        // Whoever kills this process means the command. Ctrl-C reaches both anyway.
        Thread hook = Thread.ofPlatform().unstarted(process::destroy);
        Runtime.getRuntime().addShutdownHook(hook);
        return process.waitFor();
    }
}
