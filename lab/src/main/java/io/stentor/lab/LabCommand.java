package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.kube.Logging;
import io.stentor.lab.topology.Plan;
import io.stentor.lab.topology.Topology;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What all commands have: which lab is meant, and help.
abstract class LabCommand implements Callable<Integer> {

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "Which lab (default: default).")
    String name = "default";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    @org.jspecify.annotations.Nullable
    CommandSpec command;

    @Override
    public final Integer call() throws Exception {
        Preflight.root();
        Logging.none();
        return run();
    }

    /// @return the exit code
    abstract int run() throws Exception;

    LabDirectory directory() {
        return LabDirectory.of(name);
    }

    JsonNode ask(String method, Map<String, String> parameters) {
        return new ControlClient(directory()).ask(method, parameters);
    }

    /// The lab as it was asked for.
    Topology topology() {
        LabSpec spec = SpecFile.read(directory().spec())
                .orElseThrow(() -> new LabFailure(
                        LabFailure.NOT_REACHABLE,
                        "There is no lab '" + name + "'; 'stentor lab up --name " + name + "' starts it."));
        return new Topology(Plan.of(spec), directory());
    }

    PrintWriter out() {
        return java.util.Objects.requireNonNull(command).commandLine().getOut();
    }

    PrintWriter err() {
        return java.util.Objects.requireNonNull(command).commandLine().getErr();
    }
}
