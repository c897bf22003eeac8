package io.stentor.lab;

import io.stentor.lab.topology.Plan;
import io.stentor.lab.topology.Removal;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "down", description = "Take a lab away with everything in it; works after anything.")
final class DownCommand extends LabCommand {

    @Option(names = "--all", description = "All labs of this machine, and what is left of any.")
    boolean all;

    @Override
    int run() throws InterruptedException {
        try (LabLock _ = LabLock.take()) {
            if (all) {
                removeAll();
            } else {
                remove(directory());
            }
            Removal.finish();
        }
        return 0;
    }

    /// Takes one lab away; the caller has the lock.
    static void remove(LabDirectory directory) throws InterruptedException {
        List<String> namespaces = SpecFile.read(directory.spec())
                .map(spec -> Plan.of(spec).namespaces())
                .orElseGet(() -> Removal.namespacesOf(directory.name()));
        Removal.remove(directory, namespaces);
    }

    private static void removeAll() throws InterruptedException {
        for (String lab : Removal.labs()) {
            remove(LabDirectory.of(lab));
        }
        Removal.removeNamespaces(Removal.namespaces("stl-"));
    }
}
