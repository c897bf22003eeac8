package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Programs;
import io.stentor.lab.LabSpec.RealCluster;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.lab.real.Kubeconfig;
import io.stentor.lab.topology.Cgroup;
import io.stentor.lab.topology.Removal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description =
                "Start a lab and wait until all nodes are ready. Without --detach its logs follow, and Ctrl-C takes"
                        + " it down.")
final class UpCommand extends LabCommand {

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many (default: 2); 0 for a control plane alone.")
    int nodes = 2;

    @Option(
            names = "--routing",
            paramLabel = "tunnel|native",
            defaultValue = "tunnel",
            description = "How pods of different nodes reach each other (default: tunnel).")
    Routing routing = Routing.TUNNEL;

    @Option(
            names = "--underlay",
            paramLabel = "flat|routed",
            defaultValue = "flat",
            description = "All nodes on one segment, or on two with a router between (default: flat).")
    Underlay underlay = Underlay.FLAT;

    @Option(
            names = "--ip-family",
            paramLabel = "ipv4|ipv6|dual",
            defaultValue = "ipv4",
            description = "Addresses of nodes and pods (default: ipv4).")
    Families families = Families.IPV4;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A Helm value or a configuration key of agent and operator; may be repeated.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Have the nodes join this cluster, instead of one of the lab's own.")
    @Nullable
    Path kubeconfig;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Which of the kubeconfig's contexts (default: its current one).")
    String context = "";

    @Option(
            names = "--schedulable",
            description = "Take any pod that the cluster of --kubeconfig schedules here, not only those that tolerate"
                    + " the lab's taint.")
    boolean schedulable;

    @Option(names = "--without-agents", description = "Start no agents and no operator: bring your own network.")
    boolean withoutAgents;

    @Option(names = "--detach", description = "Leave the lab running and return.")
    boolean detach;

    /// Whether Ctrl-C takes the lab down: not one that this command has nothing to do with.
    private volatile boolean ours;

    private volatile boolean ending;

    @Override
    int run() throws IOException, InterruptedException {
        Optional<Kubeconfig> real = Optional.ofNullable(kubeconfig).map(file -> Kubeconfig.read(file, context));
        if (real.isEmpty() && (schedulable || !context.isEmpty())) {
            throw new LabFailure(LabFailure.WRONG_USE, "--context and --schedulable go with --kubeconfig.");
        }
        LabSpec spec = new LabSpec(
                name,
                nodes,
                new Shape(routing, underlay, families),
                new Programs(!withoutAgents, parsed()),
                real.map(k -> new RealCluster(k.server().toString(), Joining.id(name), schedulable)));
        AgentKeys.check(spec);
        Preflight.check();
        if (!detach) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::takeDown));
        }
        real.flatMap(Kubeconfig::warning).ifPresent(warning -> err().println("Warning: " + warning + "."));
        Process daemon = start(spec, real).orElse(null);
        try {
            new Progress(directory(), out(), nodes).awaitReady(daemon);
        } catch (LabFailure failed) {
            // What went wrong is easier to find in a lab that is still there.
            ours = false;
            throw failed;
        }
        if (detach) {
            return 0;
        }
        return follow();
    }

    private Map<String, String> parsed() {
        Map<String, String> parsed = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new LabFailure(LabFailure.WRONG_USE, "--set takes KEY=VALUE, not '" + setting + "'.");
            }
            parsed.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return parsed;
    }

    /// The daemon's process, or nothing if one runs already.
    private Optional<Process> start(LabSpec spec, Optional<Kubeconfig> real) throws IOException, InterruptedException {
        Installation installation = Installation.find();
        try (LabLock _ = LabLock.take()) {
            Cgroup cgroup = Cgroup.ofLab(name).child("daemon");
            if (cgroup.exists() && cgroup.populated()) {
                reuse(spec);
                ours = true;
                return Optional.empty();
            }
            ours = true;
            DownCommand.remove(directory(), err()::println);
            Removal.prepare();
            if (real.isPresent()) {
                Joining.prepare(directory(), spec, real.get());
            }
            SpecFile.write(spec, directory().spec());
            return Optional.of(DaemonCommand.launch(installation, directory(), cgroup.create()));
        }
    }

    private void reuse(LabSpec spec) {
        if (SpecFile.read(directory().spec()).filter(spec::equals).isEmpty()) {
            throw new LabFailure("A lab '" + name + "' of another shape is running; 'stentor lab down --name " + name
                    + "' takes it down, or give this one another --name.");
        }
        out().println("The lab '" + name + "' is running already.");
    }

    private int follow() throws IOException, InterruptedException {
        List<Tail> tails = Stream.concat(
                        Stream.of("apiserver", "operator"),
                        topology().plan().nodes().stream().map(node -> node.name()))
                .map(program -> new Tail(directory().log(program), program + " | "))
                .toList();
        while (true) {
            for (Tail tail : tails) {
                tail.drain(System.out);
            }
            Thread.sleep(200);
            Optional<JsonNode> alive = new ControlClient(directory()).tryAsk("ping", Map.of());
            if (alive.isEmpty()) {
                if (ending) {
                    return 0;
                }
                throw new LabFailure("The lab '" + name + "' has ended.");
            }
        }
    }

    private void takeDown() {
        if (!ours) {
            return;
        }
        ending = true;
        try (LabLock _ = LabLock.take()) {
            try {
                DownCommand.remove(directory(), err()::println);
            } finally {
                Removal.finish();
            }
        } catch (InterruptedException | RuntimeException e) {
            err().println("The lab is not gone altogether: " + e.getMessage()
                    + " 'stentor lab down --all' tries again.");
            err().flush();
        }
    }
}
