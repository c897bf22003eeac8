package io.stentor.cli;

import io.stentor.kube.KubeClient;
import io.stentor.kube.connectivity.ConnectivityFailure;
import io.stentor.kube.connectivity.ConnectivityTest;
import io.stentor.kube.connectivity.JunitXml;
import io.stentor.kube.connectivity.Options;
import io.stentor.kube.connectivity.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "connectivity",
        description = "Whether pods, nodes and the outside reach each other as they should. Needs a cluster, no agent.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ConnectivityCommand.Test.class, ConnectivityCommand.Serve.class},
        footer = {"", "Example:", "  stentor connectivity test"})
final class ConnectivityCommand extends Group {
    @Command(
            name = "test",
            description = "Puts pods into a cluster and tries everything that a Kubernetes network owes them.",
            footer = {
                "",
                "Makes a namespace, and removes it at the end, on Ctrl-C too; one that a crash left is removed by the",
                "next run. What cannot be tried in this cluster is skipped, with the reason.",
                "",
                "Exits with 0 when no case failed, 1 when one did, 2 on wrong use, 3 when the API server is not",
                "reachable.",
                "",
                "Example:",
                "  stentor connectivity test --test 'pod-to-|masquerade' --outside 192.0.2.10"
            })
    static final class Test extends AgentCommand {
        @Mixin
        private ConnectivityOptions options = new ConnectivityOptions();

        @Option(names = "--list", description = "say which cases there are, and try none")
        private boolean list;

        @Option(names = "--junit-file", paramLabel = "FILE", description = "write the results there as JUnit's XML")
        private @Nullable Path junit;

        @Mixin
        private ReportFormat format = new ReportFormat();

        @Override
        public Integer call() throws Failure, InterruptedException {
            ConnectivityReport report = new ConnectivityReport(out(), format.json() ? err() : out());
            if (list) {
                report.list(options.cases(), format.json());
                return ExitCode.FINE;
            }
            requireFolder();
            Options asked = options.options();
            try (KubeClient client = options.open()) {
                return run(client, asked, report);
            }
        }

        /// Before minutes of work whose results could not be written.
        private void requireFolder() throws Failure {
            if (junit != null
                    && (Files.isDirectory(junit)
                            || !Files.isWritable(junit.toAbsolutePath().getParent()))) {
                throw new Failure(ExitCode.WRONG_USE, "the file '" + junit + "' cannot be written");
            }
        }

        private int run(KubeClient client, Options asked, ConnectivityReport report)
                throws Failure, InterruptedException {
            ConnectivityTest run = new ConnectivityTest(client, asked, report);
            Thread clean = Thread.ofPlatform().unstarted(run::close);
            Runtime.getRuntime().addShutdownHook(clean);
            try {
                Report all = run.run(ProbeProgram.here());
                report.end(all, format.json());
                write(all);
                return all.failed().isEmpty() ? ExitCode.FINE : ExitCode.FAILED;
            } catch (ConnectivityFailure impossible) {
                throw new Failure(
                        impossible.isWrongUse() ? ExitCode.WRONG_USE : ExitCode.FAILED,
                        String.valueOf(impossible.getMessage()));
            } catch (IOException failed) {
                throw new Failure(
                        run.unreachable() ? ExitCode.NOT_REACHABLE : ExitCode.FAILED,
                        String.valueOf(failed.getMessage()));
            } finally {
                run.close();
            }
        }

        private void write(Report all) throws Failure {
            if (junit == null) {
                return;
            }
            try {
                Files.writeString(junit, JunitXml.of(all));
            } catch (IOException failed) {
                throw new Failure(ExitCode.FAILED, "the file '" + junit + "' cannot be written: " + failed);
            }
        }
    }

    @Command(
            name = "serve",
            description = "Answers 'connectivity test' on a host outside the cluster, until Ctrl-C.",
            footer = {
                "",
                "With --calls whoever reaches the port can have this host connect to other addresses: use it among",
                "hosts that you trust, and for as long as the test runs.",
                "",
                "Example:",
                "  stentor connectivity serve --calls"
            })
    static final class Serve extends AgentCommand {
        @Option(
                names = "--port",
                paramLabel = "PORT",
                defaultValue = "" + ConnectivityOptions.PORT,
                description = "TCP and UDP (default: ${DEFAULT-VALUE})")
        private int port = ConnectivityOptions.PORT;

        @Option(names = "--calls", description = "connect to pods on demand, for outside-to-pod")
        private boolean calls;

        @Override
        public Integer call() throws Failure, InterruptedException {
            try {
                return ProbeProgram.serve(port, calls);
            } catch (IOException failed) {
                throw new Failure(ExitCode.FAILED, String.valueOf(failed.getMessage()));
            }
        }
    }
}
