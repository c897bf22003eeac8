package io.stentor.lab;

import io.stentor.lab.LabSpec.RealCluster;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.OwnerFile;
import io.stentor.lab.real.Kubeconfig;
import io.stentor.lab.real.RealApi;
import io.stentor.lab.real.RealNodes;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.Plan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// How a lab's nodes come to a real cluster, and go from it.
final class Joining {

    private static final int ID_BYTES = 6;

    private Joining() {}

    /// What tells the Node objects of this lab of this machine from all others: the same after a crash, when nothing
    /// of the lab but these objects is left.
    static String id(String lab) {
        try {
            String machine = Files.exists(Path.of("/etc/machine-id"))
                    ? Files.readString(Path.of("/etc/machine-id")).strip()
                    : "";
            String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            String text = machine + "/" + host + "/" + lab;
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, ID_BYTES);
        } catch (IOException e) {
            throw new LabFailure("This machine's name cannot be found out: " + e.getMessage());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Sees to it that the nodes can join, before anything is made: the server answers, what an earlier lab of this
    /// name
    /// left there is gone, the names are free. Writes the lab's kubeconfig.
    ///
    /// @throws LabFailure that says what is in the way; nothing is left then
    static void prepare(LabDirectory directory, LabSpec spec, Kubeconfig kubeconfig) throws InterruptedException {
        RealCluster cluster = spec.real().orElseThrow();
        OwnerFile.write(directory.kubeconfig(), kubeconfig.text().getBytes(StandardCharsets.UTF_8));
        try {
            RealApi api = RealApi.open(directory.kubeconfig());
            api.version();
            RealNodes nodes = new RealNodes(api, cluster);
            nodes.remove();
            nodes.requireFree(Plan.of(spec).nodes().stream().map(Host::name).toList(), spec.agents());
        } catch (LabFailure | ApiException e) {
            DownCommand.remove(directory, _ -> {});
            throw e instanceof LabFailure failure ? failure : refused(cluster, e);
        }
    }

    private static LabFailure refused(RealCluster cluster, RuntimeException why) {
        boolean silent = why instanceof ApiException e && e.code() == 503;
        return new LabFailure(
                silent ? LabFailure.NOT_REACHABLE : LabFailure.FAILED, cluster.server() + ": " + why.getMessage());
    }

    /// The way to what a lab has made on a real cluster; taken before its files go. Empty for a lab of its own, or one
    /// that did not get that far.
    static Optional<RealNodes> nodes(LabDirectory directory) {
        Optional<RealCluster> cluster = SpecFile.read(directory.spec()).flatMap(LabSpec::real);
        return Files.isRegularFile(directory.kubeconfig())
                ? cluster.map(real -> new RealNodes(RealApi.open(directory.kubeconfig()), real))
                : Optional.empty();
    }

    /// Takes a lab's nodes away from a real cluster, when nothing of the lab runs any more.
    ///
    /// @param told what was done, and what stays
    /// @throws LabFailure when the server does not do it
    static void leave(RealNodes nodes, Consumer<String> told) {
        String server = nodes.cluster().server();
        try {
            List<String> gone = nodes.remove();
            told.accept("Removed from " + server + ": "
                    + (gone.isEmpty() ? "no node, there was none" : "the nodes " + String.join(", ", gone))
                    + ". What is left there: the CustomResourceDefinitions of cilium.io, the Lease"
                    + " kube-system/stentor-operator, and everybody's own objects.");
        } catch (ApiException e) {
            throw new LabFailure(
                    e.code() == 503 ? LabFailure.NOT_REACHABLE : LabFailure.FAILED,
                    "The lab is gone, but not its nodes on " + server + ": " + e.getMessage()
                            + ". 'kubectl delete nodes -l " + nodes.selector() + "' removes them.");
        }
    }
}
