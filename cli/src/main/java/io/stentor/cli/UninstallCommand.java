package io.stentor.cli;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.Linux;
import io.stentor.kube.cluster.Withdrawal;
import io.stentor.node.Removal;
import io.stentor.node.Step;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "uninstall",
        description = "Makes this node what it was before Stentor. Works without the agent, which must not run.",
        footer = {
            "",
            "Interfaces, routes, programs, pins and files of Stentor go; kernel parameters, firewall rules and network",
            "configurations are as they were, unless somebody has changed them since. Pods that still run lose their",
            "network. It can be run again at any time. Definitions and objects in the cluster stay, but with --crds.",
            "",
            "Exits with 0 when nothing is left, with 1 when something could not be undone or an agent runs.",
            "",
            "Example:",
            "  stentor uninstall --dry-run",
            "  stentor uninstall --yes --kubeconfig /etc/kubernetes/admin.conf"
        })
final class UninstallCommand extends AgentCommand {
    @Option(names = "--dry-run", description = "say what would be done, and do nothing")
    private boolean dry;

    @Option(names = "--yes", description = "do not ask")
    private boolean sure;

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
            description = "where pins are if the state does not say (default: $STENTOR_BPF_ROOT, else /sys/fs/bpf)")
    private Path bpfRoot = Path.of("/sys/fs/bpf");

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "an administrator's: removes taint, condition and CiliumNode of this node as well")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "name of this node in the cluster (default: the host's name)")
    private @Nullable String node;

    @Option(
            names = "--taint-key",
            paramLabel = "KEY",
            defaultValue = "node.cilium.io/agent-not-ready",
            description = "the taint's (default: ${DEFAULT-VALUE})")
    private String taint = "";

    @Option(
            names = "--crds",
            description = "delete the definitions of cilium.io and all their objects; needs --kubeconfig")
    private boolean definitions;

    @Mixin
    private ReportFormat format = new ReportFormat();

    @Override
    public Integer call() throws Failure {
        if (definitions && kubeconfig == null) {
            throw new Failure(ExitCode.WRONG_USE, "--crds needs --kubeconfig: the definitions are in the cluster");
        }
        try (Kernel kernel = Linux.open();
                Cluster cluster = cluster()) {
            Removal removal = new Removal(kernel, new Removal.Places(state, bpfRoot, socket()));
            if (dry) {
                List<String> pods = removal.pods();
                warn(pods);
                return run(steps(removal, cluster), pods);
            }
            try (AutoCloseable _ = lock(removal)) {
                List<Step> steps = steps(removal, cluster);
                List<String> pods = removal.pods();
                warn(pods);
                ask(steps);
                return run(steps, pods);
            }
        } catch (Failure failure) {
            throw failure;
        } catch (KernelException | IOException | IllegalArgumentException refused) {
            throw new Failure(ExitCode.FAILED, String.valueOf(refused.getMessage()));
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static AutoCloseable lock(Removal removal) throws Failure {
        try {
            Optional<AutoCloseable> lock = removal.lock();
            return lock.orElse(() -> {});
        } catch (IOException runs) {
            throw new Failure(
                    ExitCode.FAILED,
                    runs.getMessage() + ": end the agent first, and whatever starts it again ('systemctl disable --now"
                            + " stentor-agent'; where it is a pod, its DaemonSet). Nothing was changed");
        }
    }

    /// What is to be changed in the cluster: nothing, without a kubeconfig.
    private record Cluster(Optional<Withdrawal> withdrawal) implements AutoCloseable {
        @Override
        public void close() {
            withdrawal.ifPresent(Withdrawal::close);
        }
    }

    private Cluster cluster() throws IOException {
        if (kubeconfig == null) {
            return new Cluster(Optional.empty());
        }
        String name = node == null ? InetAddress.getLocalHost().getHostName() : node;
        return new Cluster(Optional.of(Withdrawal.open(kubeconfig, name)));
    }

    /// The cluster's last: as long as a node is not clean, it should not look as if it were.
    private List<Step> steps(Removal removal, Cluster cluster) throws IOException {
        List<Step> steps = new ArrayList<>(removal.steps());
        if (cluster.withdrawal.isPresent()) {
            Withdrawal withdrawal = cluster.withdrawal.get();
            for (Withdrawal.Part part : withdrawal.parts(taint, definitions)) {
                steps.add(new Step(part.kind(), part.name(), part.change(), () -> {
                    try {
                        part.work().run();
                        return Optional.empty();
                    } catch (RuntimeException refused) {
                        throw new IOException(withdrawal.reason(refused), refused);
                    }
                }));
            }
        }
        return steps;
    }

    @SuppressWarnings("SystemConsoleNull") // without a terminal it is, in spite of what is said
    private void ask(List<Step> steps) throws Failure {
        if (sure || steps.isEmpty()) {
            return;
        }
        @Nullable Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new Failure(
                    ExitCode.WRONG_USE,
                    steps.size() + " things would be undone; --yes does it, --dry-run"
                            + " shows them. Nothing was changed");
        }
        String answer = console.readLine("Undo %d things on this node? [y/N] ", steps.size());
        if (answer == null || !answer.strip().equalsIgnoreCase("y")) {
            throw new Failure(ExitCode.FAILED, "nothing was changed");
        }
    }

    private void warn(List<String> pods) {
        if (!pods.isEmpty()) {
            String loss = pods.size() == 1
                    ? " pod still runs here and loses its network: "
                    : " pods still run here and lose their network: ";
            err().println(pods.size() + loss + String.join(", ", pods));
        }
    }

    private int run(List<Step> steps, List<String> pods) {
        UninstallReport report = new UninstallReport(out(), format.json(), dry);
        for (Step step : steps) {
            if (dry) {
                report.wouldBe(step);
                continue;
            }
            try {
                report.was(step, step.work().run());
            } catch (IOException | UncheckedIOException | KernelException failed) {
                report.failed(step, String.valueOf(failed.getMessage()));
            }
        }
        return report.end(pods) ? ExitCode.FINE : ExitCode.FAILED;
    }
}
