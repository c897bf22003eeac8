package io.stentor.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.Linux;
import io.stentor.node.doctor.Doctor;
import io.stentor.node.doctor.Finding;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        description = "Whether Stentor can live on this host. Needs no agent, changes nothing.",
        footer = {
            "",
            "Exits with 1 when something is an error: then the agent does not start, or pods do not get through.",
            "",
            "Example:",
            "  stentor doctor --tunnel-port 8472"
        })
final class DoctorCommand extends AgentCommand {
    @Option(
            names = "--tunnel-port",
            paramLabel = "PORT",
            defaultValue = "8472",
            description = "UDP port of the tunnel, 0 for native routing (default: ${DEFAULT-VALUE})")
    private int tunnelPort;

    @Option(
            names = "--bpf-root",
            paramLabel = "DIR",
            defaultValue = "${env:STENTOR_BPF_ROOT:-/sys/fs/bpf}",
            description = "where pins are to be (default: $STENTOR_BPF_ROOT, else /sys/fs/bpf)")
    private Path bpfRoot = Path.of("/sys/fs/bpf");

    @Mixin
    private ReportFormat format = new ReportFormat();

    @Override
    public Integer call() throws Failure {
        List<Finding> findings;
        try (Kernel kernel = Linux.open()) {
            findings = Doctor.examine(kernel, new Doctor.Plan(tunnelPort, bpfRoot));
        } catch (KernelException refused) {
            throw new Failure(ExitCode.FAILED, refused.getMessage() + "; run it as root");
        }
        if (format.json()) {
            out().println(Json.pretty(json(findings)));
        } else {
            findings.forEach(this::print);
        }
        boolean fatal = findings.stream().anyMatch(finding -> finding.level() == Finding.Level.ERROR);
        return fatal ? ExitCode.FAILED : ExitCode.FINE;
    }

    static ArrayNode json(List<Finding> findings) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        findings.forEach(finding -> json.addObject()
                .put("level", finding.level().toString())
                .put("subject", finding.subject())
                .put("found", finding.found())
                .put("meaning", finding.meaning())
                .put("advice", finding.advice()));
        return json;
    }

    private void print(Finding finding) {
        out().printf("%-8s %s: %s%n", finding.level(), finding.subject(), finding.found());
        for (String more : List.of(finding.meaning(), finding.advice())) {
            if (!more.isEmpty()) {
                out().println("         " + more);
            }
        }
    }
}
