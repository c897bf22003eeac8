package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.Hook;
import java.util.Locale;

/// The name of the directory that says: at this hook stands a filter of ours.
record FilterMark(int ifindex, Hook.Direction direction, String program) {

    static FilterMark of(ProgramAt at) {
        Hook.Tc tc = (Hook.Tc) at.hook();
        return new FilterMark(tc.ifindex(), tc.direction(), at.program());
    }

    /// @param name one that [#name] made
    static FilterMark parse(String name) {
        String[] parts = name.split("-", 3);
        return new FilterMark(
                Integer.parseInt(parts[0]), Hook.Direction.valueOf(parts[1].toUpperCase(Locale.ROOT)), parts[2]);
    }

    /// `12-ingress-from_pod`
    String name() {
        return ifindex + "-" + direction.name().toLowerCase(Locale.ROOT) + "-" + program;
    }

    ProgramAt at() {
        return ProgramAt.tc(ifindex, direction, program);
    }
}
