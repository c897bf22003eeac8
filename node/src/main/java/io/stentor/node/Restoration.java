package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.model.Problem;
import io.stentor.node.Ledger.Entry;
import io.stentor.node.Ledger.FirewallRule;
import io.stentor.node.Ledger.Made;
import io.stentor.node.Ledger.Moved;
import io.stentor.node.Ledger.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Undoes what the [Ledger] holds, for `stentor uninstall`. Runs where the agent ran, with the agent stopped.
public final class Restoration {
    private final Kernel kernel;
    private final Ledger ledger;

    public Restoration(Kernel kernel, Ledger ledger) {
        this.kernel = kernel;
        this.ledger = ledger;
    }

    /// Undoes all entries, the latest first. What was undone, or changed by somebody else since, is struck; what failed
    /// stays for another try.
    ///
    /// @return what failed
    public List<Problem> run() {
        List<Problem> problems = new ArrayList<>();
        for (Entry entry : ledger.entries().reversed()) {
            try {
                undo(entry);
                ledger.strike(entry);
            } catch (IOException | KernelException failed) {
                problems.add(new Problem("ledger", entry.toString(), "not undone: " + failed.getMessage()));
            }
        }
        return problems;
    }

    private void undo(Entry entry) throws IOException {
        switch (entry) {
            case Sysctl(String key, String before, String after) -> {
                if (kernel.sysctls().find(key).filter(after::equals).isPresent()) {
                    kernel.sysctls().set(key, before);
                }
            }
            case Moved(Path from, Path to) -> {
                if (Files.exists(to) && Files.notExists(from)) {
                    Files.move(to, from);
                }
            }
            case Made(Path path) -> Files.deleteIfExists(path);
            case FirewallRule(String program, String chain, List<String> rule) -> delete(program, chain, rule);
        }
    }

    private static void delete(String program, String chain, List<String> rule) throws IOException {
        if (ForwardAccepts.run(program, words("-C", chain, rule)).succeeded()) {
            Command deleted = ForwardAccepts.run(program, words("-D", chain, rule));
            if (!deleted.succeeded()) {
                throw new IOException(deleted.output());
            }
        }
    }

    private static String[] words(String command, String chain, List<String> rule) {
        List<String> words = new ArrayList<>(List.of(command, chain));
        words.addAll(rule);
        return words.toArray(String[]::new);
    }
}
