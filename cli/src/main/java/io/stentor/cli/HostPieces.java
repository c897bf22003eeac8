package io.stentor.cli;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.node.doctor.Doctor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What can be had of a host without its agent.
final class HostPieces {
    private static final int READ = 8 << 20;
    private static final int ENTRIES = 50_000;

    private static final Map<String, List<String>> COMMANDS = new TreeMap<>(Map.ofEntries(
            Map.entry("host/kernel.txt", List.of("uname", "-a")),
            Map.entry("host/links.txt", List.of("ip", "-d", "-s", "link")),
            Map.entry("host/addresses.txt", List.of("ip", "address")),
            Map.entry("host/routes4.txt", List.of("ip", "-4", "route", "show", "table", "all")),
            Map.entry("host/routes6.txt", List.of("ip", "-6", "route", "show", "table", "all")),
            Map.entry("host/rules4.txt", List.of("ip", "-4", "rule")),
            Map.entry("host/rules6.txt", List.of("ip", "-6", "rule")),
            Map.entry("host/neighbours.txt", List.of("ip", "neigh")),
            Map.entry("host/queues.txt", List.of("tc", "-s", "qdisc", "show")),
            Map.entry("host/sockets.txt", List.of("ss", "-lntup")),
            Map.entry("host/nftables.txt", List.of("nft", "list", "ruleset")),
            Map.entry("host/iptables.txt", List.of("iptables-save")),
            Map.entry("host/ip6tables.txt", List.of("ip6tables-save")),
            Map.entry("host/attached.txt", List.of("bpftool", "net", "show")),
            Map.entry("host/programs.txt", List.of("bpftool", "prog", "show")),
            Map.entry("host/space.txt", List.of("df", "-h")),
            Map.entry("logs/kernel.txt", List.of("dmesg", "-T")),
            Map.entry(
                    "logs/journal.txt",
                    List.of("journalctl", "-u", "stentor-agent", "-n", "20000", "--no-pager", "-o", "short-iso"))));

    private static final List<String> FILES = List.of(
            "/etc/os-release",
            "/proc/cmdline",
            "/proc/meminfo",
            "/proc/self/mountinfo",
            "/proc/net/dev",
            "/proc/net/snmp",
            "/proc/net/softnet_stat");

    private final Dump dump;
    private final Kernel kernel;

    HostPieces(Dump dump, Kernel kernel) {
        this.dump = dump;
        this.kernel = kernel;
    }

    void add(Path bpfRoot) {
        dump.add(
                "doctor.json",
                () -> Json.pretty(DoctorCommand.json(Doctor.examine(kernel, new Doctor.Plan(8472, bpfRoot)))));
        COMMANDS.forEach((name, words) -> dump.add(name, () -> output(words)));
        FILES.forEach(file -> file("host/files", Path.of(file)));
        dump.add("host/parameters.txt", HostPieces::parameters);
        dump.add("host/pins.txt", () -> names(bpfRoot.resolve("stentor")));
    }

    /// What the pinned maps hold, read without an agent. Where an upgrade has been broken off, they are those of two
    /// layouts, of which one may be shown in bytes alone.
    void addMaps(Path bpfRoot) {
        List<Path> layouts = layouts(bpfRoot.resolve("stentor"));
        for (Path layout : layouts) {
            String folder = layouts.size() == 1 ? "pinned/" : "pinned/" + layout.getFileName() + "/";
            for (MapSpec<?, ?> spec : Maps.ALL) {
                Path pin = layout.resolve("maps").resolve(spec.name());
                if (Files.exists(pin)) {
                    dump.add(folder + spec.name() + ".txt", () -> content(spec, pin));
                }
            }
        }
    }

    private static List<Path> layouts(Path root) {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(path -> Files.isDirectory(path.resolve("maps")))
                    .sorted()
                    .toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    private String content(MapSpec<?, ?> spec, Path pin) {
        StringBuilder text = new StringBuilder();
        try (BpfMap map = kernel.bpf().openPinnedMap(pin).orElseThrow()) {
            List<BpfMap.Entry> entries = map.dump();
            text.append(entries.size()).append(" entries\n");
            for (BpfMap.Entry entry : entries.subList(0, Math.min(ENTRIES, entries.size()))) {
                text.append(words(spec.key(), entry.key()))
                        .append(" = ")
                        .append(words(spec.value(), entry.value()))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static String words(Codec<?> codec, byte[] bytes) {
        try {
            return codec.decode(bytes).toString();
        } catch (IllegalArgumentException | IndexOutOfBoundsException unreadable) {
            return HexFormat.of().formatHex(bytes);
        }
    }

    /// A file, or all files of a directory; what is not there is not missed.
    void file(String folder, Path path) {
        if (Files.isDirectory(path)) {
            try (Stream<Path> all = Files.list(path)) {
                all.filter(entry -> !entry.getFileName().toString().startsWith("."))
                        .sorted()
                        .forEach(entry -> file(folder + "/" + path.getFileName(), entry));
            } catch (IOException unreadable) {
                dump.add(folder + "/" + path.getFileName(), () -> {
                    throw unreadable;
                });
            }
        } else if (Files.isRegularFile(path)) {
            dump.add(folder + "/" + path.getFileName(), () -> end(path));
        }
    }

    /// Of a long file the end; what is no text is not shown. Files of `/proc` say that they are empty.
    private static String end(Path path) throws IOException {
        byte[] bytes;
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long skipped = Math.max(0, file.length() - READ);
            file.seek(skipped);
            bytes = new byte[READ];
            int length = 0;
            for (int read = 0; read >= 0 && length < READ; length += Math.max(0, read)) {
                read = file.read(bytes, length, READ - length);
            }
            String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
            if (text.indexOf('\0') >= 0) {
                throw new IOException("no text");
            }
            return skipped == 0 ? text : text.substring(text.indexOf('\n') + 1);
        }
    }

    private static String output(List<String> words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            byte[] said = process.getInputStream().readNBytes(READ);
            return new String(said, StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String parameters() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String folder : List.of("core", "ipv4", "ipv6", "netfilter")) {
            try (Stream<Path> all = Files.walk(Path.of("/proc/sys/net", folder))) {
                for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                    text.append(parameter(file));
                }
            } catch (java.nio.file.NoSuchFileException absent) {
                text.append("no ").append(absent.getFile()).append('\n');
            }
        }
        return text.toString();
    }

    private static String parameter(Path file) {
        String name = file.toString();
        if (name.endsWith("secret") || name.endsWith("_key")) {
            return name + " " + Redaction.REMOVED + "\n";
        }
        try {
            return name + " " + Files.readString(file).strip().replace('\n', ' ') + "\n";
        } catch (IOException unreadable) {
            return name + " cannot be read\n";
        }
    }

    private static String names(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<String> names = new ArrayList<>();
            all.forEach(path -> names.add(path.toString()));
            return String.join("\n", names) + "\n";
        }
    }
}
