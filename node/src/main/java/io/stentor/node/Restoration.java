package io.stentor.node;

import io.stentor.datapath.attach.Bpffs;
import io.stentor.datapath.attach.Teardown;
import io.stentor.kernel.Kernel;
import io.stentor.node.Ledger.Entry;
import io.stentor.node.Ledger.FirewallRule;
import io.stentor.node.Ledger.Made;
import io.stentor.node.Ledger.Mounted;
import io.stentor.node.Ledger.Moved;
import io.stentor.node.Ledger.Pinned;
import io.stentor.node.Ledger.Reserved;
import io.stentor.node.Ledger.Sysctl;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Undoes what the [Ledger] holds. Runs where the agent ran, with the agent stopped.
final class Restoration {
    private final Kernel kernel;
    private final Ledger ledger;

    Restoration(Kernel kernel, Ledger ledger) {
        this.kernel = kernel;
        this.ledger = ledger;
    }

    /// A step for each entry that is wanted, the latest first. An entry is struck when it was undone, or somebody
    /// else has changed the thing since; what failed stays for another try.
    List<Step> steps(Predicate<Entry> wanted) {
        List<Step> steps = new ArrayList<>();
        for (Entry entry : ledger.entries().reversed()) {
            if (wanted.test(entry)) {
                steps.add(step(entry));
            }
        }
        return steps;
    }

    private Step step(Entry entry) {
        return switch (entry) {
            case Sysctl(String key, String before, String after) ->
                entered(entry, "sysctl", key, after + " back to " + before, () -> set(key, before, after));
            case Moved(Path from, Path to) ->
                entered(entry, "file", to.toString(), "moved back to " + from, () -> moveBack(from, to));
            case Made(Path path) -> entered(entry, "file", path.toString(), "removed", () -> delete(path));
            case Pinned(Path root) ->
                entered(entry, "pins", root.resolve("stentor").toString(), "detached and removed", () -> unpin(root));
            case Mounted(Path directory) ->
                entered(entry, "mount", directory.toString(), "unmounted", () -> unmount(directory));
            case Reserved reserved ->
                entered(
                        entry,
                        "ports",
                        reserved.ports(),
                        "not reserved any more",
                        () -> ReservedPorts.release(kernel, reserved));
            case FirewallRule(String program, String chain, List<String> rule) ->
                entered(
                        entry,
                        "rule",
                        program + " " + chain + " " + String.join(" ", rule),
                        "removed",
                        () -> delete(program, chain, rule));
        };
    }

    private Step entered(Entry entry, String kind, String object, String change, Step.Work work) {
        return new Step(kind, object, change, () -> {
            Optional<String> left = work.run();
            ledger.strike(entry);
            return left;
        });
    }

    private Optional<String> set(String key, String before, String after) {
        Optional<String> now = kernel.sysctls().find(key);
        if (now.isEmpty()) {
            return Optional.of("it is no more");
        }
        if (!now.get().equals(after)) {
            return now.get().equals(before)
                    ? Optional.empty()
                    : Optional.of("somebody has set it to " + now.get() + " since");
        }
        kernel.sysctls().set(key, before);
        return Optional.empty();
    }

    private static Optional<String> moveBack(Path from, Path to) throws IOException {
        if (Files.notExists(to)) {
            return Files.exists(from) ? Optional.empty() : Optional.of("it is no more");
        }
        if (Files.exists(from)) {
            if (Files.mismatch(from, to) == -1) {
                Files.delete(to);
                return Optional.empty();
            }
            return Optional.of("somebody has written another " + from + " since");
        }
        Files.move(to, from);
        return Optional.empty();
    }

    /// With a file goes what a write that was interrupted left beside it.
    private static Optional<String> delete(Path path) throws IOException {
        try {
            for (String half : List.of(path.getFileName() + ".new", "." + path.getFileName() + ".new")) {
                Files.deleteIfExists(path.resolveSibling(half));
            }
            Files.deleteIfExists(path);
            return Optional.empty();
        } catch (DirectoryNotEmptyException used) {
            return Optional.of("others have files in it");
        }
    }

    private Optional<String> unpin(Path bpfRoot) {
        new Teardown(kernel.bpf(), new Bpffs(), bpfRoot).run();
        return Optional.empty();
    }

    private Optional<String> unmount(Path directory) {
        if (!new Bpffs().list(directory).isEmpty()) {
            return Optional.of("others have pins on it");
        }
        kernel.mounts().unmount(directory);
        return Optional.empty();
    }

    private static Optional<String> delete(String program, String chain, List<String> rule) throws IOException {
        if (ForwardAccepts.run(program, words("-C", chain, rule)).succeeded()) {
            Command deleted = ForwardAccepts.run(program, words("-D", chain, rule));
            if (!deleted.succeeded()) {
                throw new IOException(deleted.output());
            }
        }
        return Optional.empty();
    }

    private static String[] words(String command, String chain, List<String> rule) {
        List<String> words = new ArrayList<>(List.of(command, chain));
        words.addAll(rule);
        return words.toArray(String[]::new);
    }
}
