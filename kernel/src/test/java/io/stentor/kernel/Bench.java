package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The kernel and namespaces for a test class; every test must leave as many descriptors as it found.
final class Bench implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private int count;
    private Linux linux = Linux.open();
    private List<String> before = List.of();

    Linux linux() {
        return linux;
    }

    /// A network namespace that is gone after the test.
    Path namespace() {
        Path file = Path.of("/run/stentor-kernel-it-" + ProcessHandle.current().pid() + "-" + count++);
        linux.createNetworkNamespace(file);
        closing(() -> linux.deleteNetworkNamespace(file));
        return file;
    }

    /// Closed after the test, last first.
    <T extends AutoCloseable> T closing(T resource) {
        toClose.add(resource);
        return resource;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        linux = Linux.open();
        // what Java opens once and keeps
        new DatagramSocket().close();
        assertThat(linux.netlink().links()).isNotEmpty();
        assertThat(linux.sysctls().find("net.ipv4.ip_forward")).isPresent();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        linux.close();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        before = descriptors();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable resource : toClose.reversed()) {
            resource.close();
        }
        toClose.clear();
        assertThat(descriptors()).as("open descriptors").containsExactlyInAnyOrderElementsOf(before);
    }

    /// What matters of them: class files and jars come and go as Java likes.
    private static List<String> descriptors() {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            for (Path descriptor : all.toList()) {
                String target;
                try {
                    target = Files.readSymbolicLink(descriptor).toString();
                } catch (IOException e) {
                    continue;
                }
                if (target.startsWith("anon_inode") || target.startsWith("net:") || target.startsWith("socket:")) {
                    targets.add(target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return targets;
    }
}
