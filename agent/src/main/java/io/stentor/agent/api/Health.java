package io.stentor.agent.api;

import io.stentor.agent.api.PartHealth.Level;
import io.stentor.model.Applied;
import io.stentor.model.Family;
import io.stentor.model.Node;
import io.stentor.model.Problem;
import io.stentor.model.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How the agent is at one moment.
///
/// @param parts    each part of it
/// @param problems what users should do something about
record Health(List<PartHealth> parts, List<Problem> problems) {

    static Health of(AgentView view) {
        State state = view.facts().state().get();
        Applied.Report applied = view.facts().applied().get();
        List<PartHealth> parts = new ArrayList<>(view.parts().get());
        parts.add(sources(state, view.about()));
        parts.add(datapath(state, applied));
        parts.add(ipam(state, view.about()));
        List<Problem> problems = Stream.of(
                        state.problems(),
                        applied.problems(),
                        view.facts().problems().get())
                .flatMap(List::stream)
                .distinct()
                .toList();
        return new Health(List.copyOf(parts), problems);
    }

    private static PartHealth sources(State state, AgentView.About about) {
        if (state.synced()) {
            return PartHealth.ok("sources", "synced, revision " + state.revision());
        }
        String awaited = state.awaited().stream()
                .map(source -> source.name().toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(", "));
        // What an earlier agent knew is enough to go on with.
        return state.nodes().containsKey(about.node())
                ? PartHealth.degraded("sources", "waiting for " + awaited + "; what was known before holds")
                : PartHealth.unready("sources", "waiting for " + awaited);
    }

    private static PartHealth datapath(State state, Applied.Report applied) {
        if (applied.revision() < 0) {
            return PartHealth.unready("datapath", "the kernel has not been given a state yet");
        }
        if (!applied.problems().isEmpty()) {
            return PartHealth.degraded(
                    "datapath", applied.problems().size() + " problems with revision " + applied.revision());
        }
        return PartHealth.ok(
                "datapath",
                applied.revision() >= state.revision()
                        ? "the kernel holds revision " + applied.revision()
                        : "the kernel holds revision " + applied.revision() + " and gets " + state.revision());
    }

    private static PartHealth ipam(State state, AgentView.About about) {
        Node self = state.nodes().get(about.node());
        if (self == null) {
            return PartHealth.unready("ipam", "the CiliumNode of " + about.node() + " has not been seen yet");
        }
        List<PoolUse> pools = PoolUse.of(state, self);
        List<PoolUse> full = pools.stream().filter(PoolUse::full).toList();
        for (Family family : Arrays.stream(Family.values())
                .filter(about.families()::contains)
                .toList()) {
            List<PoolUse> of =
                    pools.stream().filter(p -> p.pool().family() == family).toList();
            if (of.isEmpty()) {
                return PartHealth.unready(
                        "ipam",
                        "no " + name(family)
                                + " pod CIDR yet: the operator gives it one, or the Node's spec.podCIDRs do");
            }
            if (full.containsAll(of)) {
                return PartHealth.degraded("ipam", "no " + name(family) + " address is left");
            }
        }
        return PartHealth.ok(
                "ipam",
                pools.stream()
                        .map(p -> p.pool() + " " + p.used() + " of " + p.capacity() + " in use")
                        .collect(Collectors.joining(", ")));
    }

    static String name(Family family) {
        return switch (family) {
            case IPV4 -> "IPv4";
            case IPV6 -> "IPv6";
        };
    }

    /// Whether the node does its work: pods can be added, and their packets go.
    boolean ready() {
        return parts.stream().noneMatch(part -> part.level() == Level.UNREADY);
    }

    /// Whether nothing at all is wrong.
    boolean ok() {
        return problems.isEmpty() && parts.stream().allMatch(part -> part.level() == Level.OK);
    }

    /// What keeps it from being ready, one line each.
    List<String> reasons() {
        return parts.stream()
                .filter(part -> part.level() == Level.UNREADY)
                .map(part -> part.part() + ": " + part.detail())
                .toList();
    }
}
