package io.stentor.datapath.compile;

import static io.stentor.kernel.bpf.Hook.Direction.EGRESS;
import static io.stentor.kernel.bpf.Hook.Direction.INGRESS;

import io.stentor.datapath.attach.ProgramAt;
import io.stentor.model.Endpoint;
import io.stentor.model.State;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which program runs where: a pure function of the pods and the node's devices.
public final class Hooks {
    private Hooks() {}

    /// @param tunnel  index of the tunnel's device, 0 without one
    /// @param outside indices of the devices to the network
    public static Set<ProgramAt> of(State state, int tunnel, List<Integer> outside) {
        Set<ProgramAt> hooks = new HashSet<>();
        for (Map.Entry<Integer, Endpoint> entry : state.endpoints()) {
            both(hooks, entry.getValue().attachment().ifindex(), "from_pod", "to_pod");
        }
        if (tunnel != 0) {
            both(hooks, tunnel, "from_overlay", "to_overlay");
        }
        outside.forEach(device -> both(hooks, device, "from_net", "to_net"));
        return hooks;
    }

    private static void both(Set<ProgramAt> hooks, int ifindex, String ingress, String egress) {
        hooks.add(ProgramAt.tc(ifindex, INGRESS, ingress));
        hooks.add(ProgramAt.tc(ifindex, EGRESS, egress));
    }
}
