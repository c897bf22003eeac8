package io.stentor.kube.connectivity;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// How an agent is restarted: by a command that the user gave, or by deleting its pod, which its DaemonSet replaces.
final class Disruption {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int OUTPUT_SHOWN = 400;

    private final KubernetesClient kubernetes;
    private final Options.Agents agents;

    Disruption(KubernetesClient kubernetes, Options.Agents agents) {
        this.kubernetes = kubernetes;
        this.agents = agents;
    }

    /// Why no agent can be restarted.
    Optional<String> unavailable(List<String> nodes) {
        if (agents.command().isPresent()) {
            return Optional.empty();
        }
        return nodes.stream()
                .filter(node -> pods(node).isEmpty())
                .findFirst()
                .map(node -> "no agent's pod on " + node + " in the namespace " + agents.namespace() + " with "
                        + agents.selector()
                        + ": --agent-namespace and --agent-pod-selector find it, or --disrupt COMMAND"
                        + " restarts the agent");
    }

    /// Restarts and returns when the agent is there again.
    ///
    /// @throws IOException with a sentence
    void restart(String node, Duration patience) throws IOException, InterruptedException {
        if (agents.command().isPresent()) {
            run(agents.command().get(), node, patience);
        } else {
            replace(node, patience);
        }
    }

    private static void run(String command, String node, Duration patience) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
        builder.environment().put("NODE", node);
        Process process = builder.start();
        process.getOutputStream().close();
        StringBuilder output = new StringBuilder();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException ended) {
                output.append(ended.getMessage());
            }
        });
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("'" + command + "' for " + node + " does not end");
            }
        } finally {
            process.destroyForcibly();
            reader.join();
        }
        if (process.exitValue() != 0) {
            String said = output.toString().strip();
            throw new IOException("'" + command + "' for " + node + " ended with exit code " + process.exitValue()
                    + ": " + said.substring(Math.max(0, said.length() - OUTPUT_SHOWN)));
        }
    }

    private void replace(String node, Duration patience) throws IOException, InterruptedException {
        List<String> before =
                pods(node).stream().map(pod -> pod.getMetadata().getUid()).toList();
        pods(node).forEach(pod -> kubernetes.resource(pod).delete());
        long end = System.nanoTime() + patience.toNanos();
        while (pods(node).stream()
                .noneMatch(pod -> !before.contains(pod.getMetadata().getUid()) && isReady(pod))) {
            if (System.nanoTime() > end) {
                throw new IOException("the agent's pod on " + node + " was deleted, and none is ready instead of it");
            }
            Thread.sleep(POLL);
        }
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }

    private List<Pod> pods(String node) {
        return kubernetes
                .pods()
                .inNamespace(agents.namespace())
                .withLabelSelector(agents.selector())
                .withField("spec.nodeName", node)
                .list()
                .getItems();
    }
}
