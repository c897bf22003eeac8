package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.Hook;

/// A program where it shall run. What is wanted is a set of these, computed from the state alone.
///
/// @param program by its name in the source; every generation has one of that name
public record ProgramAt(Hook hook, String program) {

    /// A program at a link's traffic control.
    public static ProgramAt tc(int ifindex, Hook.Direction direction, String program) {
        return new ProgramAt(new Hook.Tc(ifindex, direction), program);
    }

    /// The name of its pin, by which a restarted agent recognises it. No dots: a bpf file system refuses them.
    String pin() {
        return pin(hook);
    }

    static String pin(Hook hook) {
        return switch (hook) {
            case Hook.Tc tc -> tc.ifindex() + "-" + lower(tc.direction());
            case Hook.Xdp xdp -> xdp.ifindex() + "-xdp";
            case Hook.Cgroup cgroup -> "cgroup-" + lower(cgroup.at());
            case Hook.SkLookup _ -> "sk_lookup";
        };
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT);
    }

    /// For people: `link 12 ingress`.
    String where() {
        return switch (hook) {
            case Hook.Tc tc -> "link " + tc.ifindex() + " " + lower(tc.direction());
            case Hook.Xdp xdp -> "link " + xdp.ifindex() + " xdp";
            case Hook.Cgroup cgroup -> "cgroup " + cgroup.directory() + " " + lower(cgroup.at());
            case Hook.SkLookup lookup -> "socket lookup of " + lookup.netns();
        };
    }
}
