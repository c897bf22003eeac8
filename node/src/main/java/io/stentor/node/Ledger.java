package io.stentor.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Every change that we make to the host and that does not go away with an interface of ours, with what was there
/// before. An entry is on disk before its change is made, and only the first of its kind counts: what was there before
/// Stentor, not before the agent's last start.
///
/// `stentor uninstall` undoes the entries, the latest first, and leaves alone what somebody else has changed since:
/// [Restoration].
public final class Ledger {
    /// Its name in the state directory.
    static final String FILE = "ledger.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<Entry> entries = new ArrayList<>();

    /// A change.
    public sealed interface Entry {

        /// Whether both are about the same thing.
        boolean concerns(Entry other);
    }

    /// A kernel parameter was set.
    ///
    /// @param key    slashed
    /// @param before the value that it had
    /// @param after  the value that we gave it
    public record Sysctl(String key, String before, String after) implements Entry {
        @Override
        public boolean concerns(Entry other) {
            return other instanceof Sysctl sysctl && sysctl.key.equals(key);
        }
    }

    /// A file was renamed.
    public record Moved(Path from, Path to) implements Entry {
        @Override
        public boolean concerns(Entry other) {
            return other instanceof Moved moved && moved.from.equals(from);
        }
    }

    /// A file was made that is ours alone, or a directory, in which others may have put something since.
    public record Made(Path path) implements Entry {
        @Override
        public boolean concerns(Entry other) {
            return equals(other);
        }
    }

    /// Programs are attached and pinned by a directory on a bpf file system.
    ///
    /// @param bpfRoot above `stentor`
    public record Pinned(Path bpfRoot) implements Entry {
        @Override
        public boolean concerns(Entry other) {
            return equals(other);
        }
    }

    /// A bpf file system was mounted.
    public record Mounted(Path directory) implements Entry {
        @Override
        public boolean concerns(Entry other) {
            return equals(other);
        }
    }

    /// A rule was put into a chain.
    ///
    /// @param program  that handles the chain: `iptables`
    /// @param chain    its name
    /// @param rule     the rule as the program takes it
    public record FirewallRule(String program, String chain, List<String> rule) implements Entry {
        public FirewallRule {
            rule = List.copyOf(rule);
        }

        @Override
        public boolean concerns(Entry other) {
            return equals(other);
        }
    }

    /// Ports were added to those that the kernel gives no connection of its own.
    ///
    /// @param ports those that were not reserved before, as the kernel writes such lists: `30000-32767`
    public record Reserved(String ports) implements Entry {
        @Override
        public boolean concerns(Entry other) {
            return equals(other);
        }
    }

    private Ledger(Path file) {
        this.file = file;
    }

    /// @throws IOException if the file is there and cannot be read; going on without it would lose what was before
    public static Ledger open(Path file) throws IOException {
        Ledger ledger = new Ledger(file);
        if (Files.exists(file)) {
            try {
                for (JsonNode json : JSON.readTree(Files.readString(file))) {
                    ledger.entries.add(decode(json));
                }
            } catch (JsonProcessingException | IllegalArgumentException corrupt) {
                throw new IOException(
                        "the ledger " + file + " cannot be read: " + corrupt.getMessage()
                                + ". It says how the host was before Stentor: mend it, or move it away",
                        corrupt);
            }
        }
        return ledger;
    }

    /// Enters a change that is about to be made, unless one of the same thing was entered before.
    ///
    /// @throws IOException if it is not on disk; the change must not be made then
    public synchronized void enter(Entry entry) throws IOException {
        if (entries.stream().noneMatch(entry::concerns)) {
            entries.add(entry);
            save();
        }
    }

    /// Takes out a change that was undone.
    ///
    /// @throws IOException if that is not on disk
    public synchronized void strike(Entry entry) throws IOException {
        if (entries.remove(entry)) {
            save();
        }
    }

    /// In the order in which they were made.
    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    private void save() throws IOException {
        ArrayNode json = JSON.createArrayNode();
        entries.forEach(entry -> json.add(encode(entry)));
        Directories.write(file, json.toPrettyString());
    }

    private static ObjectNode encode(Entry entry) {
        ObjectNode json = JSON.createObjectNode();
        return switch (entry) {
            case Sysctl(String key, String before, String after) ->
                json.put("kind", "sysctl").put("key", key).put("before", before).put("after", after);
            case Moved(Path from, Path to) ->
                json.put("kind", "moved").put("from", from.toString()).put("to", to.toString());
            case Made(Path path) -> json.put("kind", "made").put("path", path.toString());
            case Pinned(Path bpfRoot) -> json.put("kind", "pinned").put("path", bpfRoot.toString());
            case Mounted(Path directory) -> json.put("kind", "mounted").put("path", directory.toString());
            case Reserved(String ports) -> json.put("kind", "reserved").put("ports", ports);
            case FirewallRule(String program, String chain, List<String> rule) -> {
                json.put("kind", "rule").put("program", program).put("chain", chain);
                rule.forEach(json.putArray("rule")::add);
                yield json;
            }
        };
    }

    private static Entry decode(JsonNode json) {
        return switch (json.path("kind").asText("")) {
            case "sysctl" -> new Sysctl(text(json, "key"), text(json, "before"), text(json, "after"));
            case "moved" -> new Moved(Path.of(text(json, "from")), Path.of(text(json, "to")));
            case "made" -> new Made(Path.of(text(json, "path")));
            case "pinned" -> new Pinned(Path.of(text(json, "path")));
            case "mounted" -> new Mounted(Path.of(text(json, "path")));
            case "reserved" -> new Reserved(text(json, "ports"));
            case "rule" -> {
                List<String> rule = new ArrayList<>();
                json.path("rule").forEach(word -> rule.add(word.asText()));
                yield new FirewallRule(text(json, "program"), text(json, "chain"), rule);
            }
            default -> throw new IllegalArgumentException("an entry of unknown kind: " + json);
        };
    }

    private static String text(JsonNode json, String field) {
        if (!json.path(field).isTextual()) {
            throw new IllegalArgumentException("an entry without " + field + ": " + json);
        }
        return json.path(field).asText();
    }
}
