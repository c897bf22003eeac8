package io.stentor.cli;

import io.stentor.kube.KubeClient;
import io.stentor.kube.connectivity.Case;
import io.stentor.kube.connectivity.Catalogue;
import io.stentor.kube.connectivity.Choice;
import io.stentor.kube.connectivity.Options;
import io.stentor.kube.connectivity.Options.Host;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// What a connectivity test is told: the cluster, the cases, and what is around it.
final class ConnectivityOptions {
    /// What servers listen on unless it is said.
    static final int PORT = 28007;

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "default: $KUBECONFIG, else ~/.kube/config")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "of the kubeconfig (default: its current one)")
    private @Nullable String context;

    @Option(
            names = "--test",
            paramLabel = "REGEX",
            converter = CaseChoice.class,
            description = "only cases in whose name it is found, or with a '!' before it is not; may be given again"
                    + " (default: all)")
    private List<Choice> choices = new ArrayList<>();

    @Option(
            names = "--test-namespace",
            paramLabel = "NAME",
            defaultValue = "stentor-test",
            description = "made for the run (default: ${DEFAULT-VALUE})")
    private String namespace = "";

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            defaultValue = "busybox",
            description = "of the pods: any, nothing of it is run (default: ${DEFAULT-VALUE})")
    private String image = "";

    @Option(
            names = "--nodes",
            paramLabel = "NODE",
            split = ",",
            description = "one or two to try (default: the first two that take pods)")
    private List<String> nodes = new ArrayList<>();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "" + PORT,
            description = "of the servers, on nodes too; the next one has to be free (default: ${DEFAULT-VALUE})")
    private int port = PORT;

    @Option(
            names = "--external-target",
            paramLabel = "ADDRESS:PORT",
            description = "a host outside the cluster that takes TCP connections; one a family")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--outside",
            paramLabel = "ADDRESS",
            description = "a host outside where 'stentor connectivity serve' runs; one a family")
    private List<String> servers = new ArrayList<>();

    @Option(
            names = "--unmasqueraded",
            paramLabel = "ADDRESS",
            description = "such a host in a range that is not masqueraded")
    private List<String> unmasqueraded = new ArrayList<>();

    @Option(
            names = "--narrow",
            paramLabel = "ADDRESS",
            description = "such a host behind a link with a smaller MTU than the pods'")
    private List<String> narrow = new ArrayList<>();

    @Option(
            names = "--routing",
            paramLabel = "MODE",
            description = "${COMPLETION-CANDIDATES} (default: as the pods' MTU looks)")
    private @Nullable Routing routing;

    @Option(
            names = "--disrupt",
            paramLabel = "COMMAND",
            description = "restarts the agent of the node $NODE and ends when it is ready, for agent-restart"
                    + " (default: the agent's pod is deleted)")
    private @Nullable String disrupt;

    @Option(
            names = "--agent-namespace",
            paramLabel = "NAME",
            defaultValue = "kube-system",
            description = "of the agents' pods (default: ${DEFAULT-VALUE})")
    private String agentNamespace = "";

    @Option(
            names = "--agent-pod-selector",
            paramLabel = "LABELS",
            defaultValue = "k8s-app=stentor",
            description = "of the agents' pods (default: ${DEFAULT-VALUE})")
    private String agentSelector = "";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = TimeSpan.class,
            description = "for everything (default: ${DEFAULT-VALUE})")
    private Duration timeout = Duration.ofMinutes(10);

    @Option(
            names = "--ready-timeout",
            paramLabel = "TIME",
            defaultValue = "2m",
            converter = TimeSpan.class,
            description = "for pods to start (default: ${DEFAULT-VALUE})")
    private Duration readyTimeout = Duration.ofMinutes(2);

    @Option(names = "--keep", description = "leave the namespace and the servers in it")
    private boolean keep;

    private enum Routing {
        TUNNEL,
        NATIVE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// `REGEX` or `!REGEX`.
    private static final class CaseChoice implements ITypeConverter<Choice> {
        @Override
        public Choice convert(String text) {
            try {
                return Choice.parse(text);
            } catch (PatternSyntaxException wrong) {
                throw new TypeConversionException("'" + text + "' is no regular expression: " + wrong.getDescription());
            }
        }
    }

    /// @throws Failure for what cannot be meant so
    Options options() throws Failure {
        List<Case> cases = cases();
        if (nodes.size() > 2) {
            throw new Failure(ExitCode.WRONG_USE, "--nodes takes one or two nodes, not " + nodes.size());
        }
        Optional<Boolean> tunnel = Optional.ofNullable(routing).map(mode -> mode == Routing.TUNNEL);
        return new Options(
                cases,
                new Options.Pods(namespace, image, nodes, port, keep),
                new Options.Surroundings(tunnel, hosts(targets), hosts(servers), hosts(unmasqueraded), hosts(narrow)),
                new Options.Agents(Optional.ofNullable(disrupt), agentNamespace, agentSelector),
                new Options.Times(readyTimeout, timeout));
    }

    private List<Host> hosts(List<String> texts) throws Failure {
        List<Host> hosts = new ArrayList<>();
        for (String text : texts) {
            hosts.add(Host.parse(text, port)
                    .orElseThrow(() -> new Failure(
                            ExitCode.WRONG_USE,
                            "'" + text + "' is no address such as 192.0.2.1, 192.0.2.1:80 or [2001:db8::1]:80")));
        }
        return hosts;
    }

    List<Case> cases() throws Failure {
        List<Case> cases = Catalogue.chosen(choices);
        if (cases.isEmpty()) {
            throw new Failure(
                    ExitCode.WRONG_USE,
                    "no case is chosen by '"
                            + choices.stream().map(Choice::toString).collect(Collectors.joining("' and '"))
                            + "'; --list shows all");
        }
        return cases;
    }

    /// The cluster.
    KubeClient open() throws Failure {
        try {
            return KubeClient.open(kubeconfigs(), Optional.ofNullable(context));
        } catch (IllegalArgumentException wrong) {
            throw new Failure(ExitCode.WRONG_USE, String.valueOf(wrong.getMessage()));
        }
    }

    private List<Path> kubeconfigs() {
        if (kubeconfig != null) {
            return List.of(kubeconfig);
        }
        String named = System.getenv().getOrDefault("KUBECONFIG", "");
        if (!named.isEmpty()) {
            return Stream.of(named.split(":", -1))
                    .filter(path -> !path.isEmpty())
                    .map(Path::of)
                    .toList();
        }
        return List.of(Path.of(System.getProperty("user.home"), ".kube", "config"));
    }
}
