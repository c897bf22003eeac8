package io.stentor.lab;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Commands about one node that the daemon carries out under the same name.
abstract class PowerCommand extends LabCommand {

    @Parameters(paramLabel = "NODE", description = "As 'stentor lab status' lists it.")
    String node = "";

    @Override
    int run() {
        ask(getClass().getSimpleName().toLowerCase(Locale.ROOT), Map.of("node", node));
        return 0;
    }

    @Command(name = "kill", description = "Kill a node's agent (SIGKILL); pods and datapath stay.")
    static final class Kill extends PowerCommand {}

    @Command(
            name = "restart",
            description = "Start a node's agent again, dead or alive, and wait until it is ready; or the 'operator'.")
    static final class Restart extends PowerCommand {}

    @Command(name = "stop", description = "Switch a node off: its agent, its pods, its network.")
    static final class Stop extends PowerCommand {}

    @Command(name = "start", description = "Switch a node on again, and wait until it is ready.")
    static final class Start extends PowerCommand {}
}
