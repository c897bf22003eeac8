package io.stentor.node;

import io.stentor.model.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the host's firewalls do with packets that the host forwards. Reads only.
public final class HostFirewall {

    private HostFirewall() {}

    /// @param chain for people: program and chain
    /// @param drops what it does with what no rule is about
    /// @param ours  whether the agent adds its accepts there
    public record Verdict(String chain, boolean drops, boolean ours) {}

    public static List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        for (Family family : Family.values()) {
            for (String program : ForwardAccepts.programs(family)) {
                try {
                    Command listed = ForwardAccepts.run(program, "-S", ForwardAccepts.CHAIN);
                    if (listed.succeeded()) {
                        verdicts.add(verdict(program, listed.output()));
                    }
                } catch (IOException absent) {
                    // Then it has no chain either.
                }
            }
        }
        NativeFirewall.check().forEach(problem -> verdicts.add(new Verdict(problem.field(), true, false)));
        return verdicts;
    }

    /// @param listing as iptables prints a chain
    static Verdict verdict(String program, String listing) {
        boolean drops = listing.lines().noneMatch("-P FORWARD ACCEPT"::equals);
        return new Verdict(program + " " + ForwardAccepts.CHAIN, drops, true);
    }
}
