package io.stentor.cli;

import io.stentor.agent.api.AgentMethods;
import io.stentor.agent.api.SampleNode;
import io.stentor.node.AgentSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Serves a node's own methods at a socket for each test, and runs the whole command against it.
final class AskedNode implements BeforeEachCallback, AfterEachCallback {
    private final SampleNode node;
    private final Path directory;
    private AgentSocket agent;

    AskedNode(SampleNode node) {
        this.node = node;
        try {
            directory = Files.createTempDirectory("stentor-cli");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        agent = AgentSocket.open(socket(), AgentMethods.of(node.view()));
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        end();
        Files.deleteIfExists(socket());
        Files.delete(directory);
    }

    Path socket() {
        return directory.resolve("agent.sock");
    }

    /// Before the test does.
    void end() {
        agent.close();
    }

    Run run(List<String> arguments) {
        List<String> line = new ArrayList<>(arguments);
        line.add("--socket=" + socket());
        return Run.of(line);
    }
}
