package io.stentor.lab;

import io.stentor.lab.real.RealNodes;
import io.stentor.lab.topology.Plan;
import io.stentor.lab.topology.Removal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "down", description = "Take a lab away with everything in it; works after anything.")
final class DownCommand extends LabCommand {

    @Option(names = "--all", description = "All labs of this machine, and what is left of any.")
    boolean all;

    @Override
    int run() throws InterruptedException {
        try (LabLock _ = LabLock.take()) {
            try {
                if (all) {
                    removeAll();
                } else {
                    remove(directory(), out()::println);
                }
            } finally {
                // What stays on a cluster that does not answer does not stay here.
                Removal.finish();
                out().flush();
            }
        }
        return 0;
    }

    /// Takes one lab away; the caller has the lock.
    ///
    /// @param told what was done outside of this machine
    static void remove(LabDirectory directory, Consumer<String> told) throws InterruptedException {
        Optional<RealNodes> joined = Joining.nodes(directory);
        List<String> namespaces = SpecFile.read(directory.spec())
                .map(spec -> Plan.of(spec).namespaces())
                .orElseGet(() -> Removal.namespacesOf(directory.name()));
        Removal.remove(directory, namespaces);
        joined.ifPresent(nodes -> Joining.leave(nodes, told));
    }

    private void removeAll() throws InterruptedException {
        List<LabFailure> failures = new ArrayList<>();
        for (String lab : Removal.labs()) {
            try {
                remove(LabDirectory.of(lab), out()::println);
            } catch (LabFailure failed) {
                failures.add(failed);
            }
        }
        Removal.removeNamespaces(Removal.namespaces("stl-"));
        if (!failures.isEmpty()) {
            String all = failures.stream().map(LabFailure::getMessage).collect(Collectors.joining("\n"));
            throw new LabFailure(failures.getFirst().exitCode(), all);
        }
    }
}
