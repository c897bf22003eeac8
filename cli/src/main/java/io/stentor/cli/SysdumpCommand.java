package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "sysdump",
        description = "One archive with all that helps to find out what is wrong on this node.",
        footer = {
            "",
            "What the agent knows, as far as one answers; what the kernel holds, the host's network, logs and",
            "configuration. Keys, tokens and passwords are taken out; names and addresses are in it. Takes a minute at",
            "most. collected.txt in it says what it could not have.",
            "",
            "Example:",
            "  stentor sysdump --output /tmp/node-1.tar.gz"
        })
final class SysdumpCommand extends AgentCommand {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final String AGENT = "io.stentor.agent.AgentMain";

    @Option(names = "--output", paramLabel = "FILE", description = "default: stentor-sysdump-TIME.tar.gz, here")
    private @Nullable Path output;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "${env:STENTOR_STATE_DIR:-/var/lib/stentor}",
            description = "the agent's state (default: $STENTOR_STATE_DIR, else /var/lib/stentor)")
    private Path state = Path.of("/var/lib/stentor");

    @Option(
            names = "--bpf-root",
            paramLabel = "DIR",
            defaultValue = "${env:STENTOR_BPF_ROOT:-/sys/fs/bpf}",
            description = "where pins are (default: $STENTOR_BPF_ROOT, else /sys/fs/bpf)")
    private Path bpfRoot = Path.of("/sys/fs/bpf");

    @Option(
            names = "--with",
            paramLabel = "PATH",
            description = "a file or directory that is to be in it: a log, the agent's config-dir; may be repeated")
    private List<Path> more = new ArrayList<>();

    @Override
    public Integer call() throws Failure {
        Instant now = Instant.now();
        String name = "stentor-sysdump-" + STAMP.format(now);
        Path file = output == null ? Path.of(name + ".tar.gz") : output;
        try (Archive archive = new Archive(file, name, now);
                Kernel kernel = Linux.open();
                Dump dump = new Dump(archive, Dump.Limits.USUAL)) {
            dump.add("version.json", () -> Json.pretty(VersionCommand.own()));
            addAgent(dump);
            HostPieces host = new HostPieces(dump, kernel);
            host.add(bpfRoot);
            host.addMaps(bpfRoot);
            host.file("state", state);
            host.file("cni", Path.of("/etc/cni/net.d"));
            addProcesses(dump, host);
            more.forEach(path -> host.file("with", path));
        } catch (FileAlreadyExistsException there) {
            throw new Failure(ExitCode.WRONG_USE, file + " is there already");
        } catch (IOException | UncheckedIOException unwritable) {
            throw new Failure(ExitCode.FAILED, file + " cannot be written: " + unwritable.getMessage());
        }
        out().println(file);
        return ExitCode.FINE;
    }

    private void addAgent(Dump dump) {
        for (String method : List.of("status", "version")) {
            dump.add("agent/" + method + ".json", () -> Json.pretty(agent().ask(Json.request(method))));
        }
        for (String method : List.of("endpoint.list", "node.list", "ip.list", "diff")) {
            dump.add("agent/" + method + ".json", () -> rows(Json.request(method)));
        }
        for (String method : List.of("tables", "maps")) {
            ArrayNode names = JsonNodeFactory.instance.arrayNode();
            dump.add("agent/" + method + ".json", () -> {
                agent().ask(Json.request(method), row -> {
                    names.add(row);
                    return true;
                });
                return Json.pretty(names);
            });
            for (JsonNode row : names) {
                String name = row.elements().hasNext() ? row.elements().next().asText() : "";
                dump.add(
                        "agent/" + method + "/" + name + ".json",
                        () -> rows(Json.request(method).put("name", name)));
            }
        }
    }

    /// One row a line.
    private String rows(ObjectNode request) throws Failure {
        StringBuilder text = new StringBuilder();
        agent().ask(request, row -> {
            text.append(Json.text(row)).append('\n');
            return text.length() < Dump.Limits.USUAL.piece()
                    && !Thread.currentThread().isInterrupted();
        });
        return text.toString();
    }

    /// Agents that run: how they were started, what they use, and where they write their log and have their
    /// configuration.
    private static void addProcesses(Dump dump, HostPieces host) {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            all.filter(path -> path.getFileName().toString().matches("[0-9]+")).forEach(process -> {
                List<String> words = words(process);
                if (words.contains(AGENT)) {
                    String folder = "process-" + process.getFileName();
                    dump.add(folder + "/command.txt", () -> String.join("\n", words) + "\n");
                    host.file(folder, process.resolve("status"));
                    host.file(folder, process.resolve("limits"));
                    words.stream()
                            .filter(word -> word.startsWith("--config-dir="))
                            .forEach(word -> host.file(folder, Path.of(word.substring(13))));
                    log(process, host, folder);
                }
            });
        } catch (IOException hidden) {
            dump.add("processes", () -> {
                throw hidden;
            });
        }
    }

    private static void log(Path process, HostPieces host, String folder) {
        try {
            host.file(folder, Files.readSymbolicLink(process.resolve("fd/2")));
        } catch (IOException ended) {
            System.getLogger("sysdump").log(System.Logger.Level.DEBUG, ended.toString());
        }
    }

    private static List<String> words(Path process) {
        try {
            byte[] line = Files.readAllBytes(process.resolve("cmdline"));
            return List.of(new String(line, StandardCharsets.UTF_8).split("\0", -1));
        } catch (IOException ended) {
            return List.of();
        }
    }
}
