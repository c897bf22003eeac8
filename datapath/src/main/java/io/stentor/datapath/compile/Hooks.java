package io.stentor.datapath.compile;

import static io.stentor.kernel.bpf.Hook.Direction.EGRESS;
import static io.stentor.kernel.bpf.Hook.Direction.INGRESS;

import io.stentor.datapath.attach.ProgramAt;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.Hook.CgroupAttach;
import io.stentor.model.Endpoint;
import io.stentor.model.State;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which program runs where: a pure function of the pods and the node's devices.
public final class Hooks {
    private static final Map<CgroupAttach, String> SOCKETS = Map.of(
            CgroupAttach.CONNECT4, "sock_connect4",
            CgroupAttach.CONNECT6, "sock_connect6",
            CgroupAttach.SENDMSG4, "sock_sendmsg4",
            CgroupAttach.SENDMSG6, "sock_sendmsg6",
            CgroupAttach.RECVMSG4, "sock_recvmsg4",
            CgroupAttach.RECVMSG6, "sock_recvmsg6",
            CgroupAttach.GETPEERNAME4, "sock_getpeername4",
            CgroupAttach.GETPEERNAME6, "sock_getpeername6",
            CgroupAttach.BIND4, "sock_bind4",
            CgroupAttach.BIND6, "sock_bind6");

    private static final Set<CgroupAttach> PORTS = Set.of(CgroupAttach.BIND4, CgroupAttach.BIND6);

    private Hooks() {}

    /// @param cgroup whose processes' sockets are translated
    /// @param ports  whether node ports are kept from these processes
    public record Sockets(Path cgroup, boolean ports) {}

    /// @param tunnel  index of the tunnel's device, 0 without one
    /// @param outside indices of the devices to the network
    /// @param sockets empty without Services
    public static Set<ProgramAt> of(State state, int tunnel, List<Integer> outside, Optional<Sockets> sockets) {
        Set<ProgramAt> hooks = new HashSet<>();
        for (Map.Entry<Integer, Endpoint> entry : state.endpoints()) {
            both(hooks, entry.getValue().attachment().ifindex(), "from_pod", "to_pod");
        }
        if (tunnel != 0) {
            both(hooks, tunnel, "from_overlay", "to_overlay");
        }
        outside.forEach(device -> both(hooks, device, "from_net", "to_net"));
        sockets.ifPresent(all -> SOCKETS.forEach((at, program) -> {
            if (all.ports || !PORTS.contains(at)) {
                hooks.add(new ProgramAt(new Hook.Cgroup(all.cgroup, at), program));
            }
        }));
        return hooks;
    }

    private static void both(Set<ProgramAt> hooks, int ifindex, String ingress, String egress) {
        hooks.add(ProgramAt.tc(ifindex, INGRESS, ingress));
        hooks.add(ProgramAt.tc(ifindex, EGRESS, egress));
    }
}
