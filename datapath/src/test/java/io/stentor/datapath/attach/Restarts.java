package io.stentor.datapath.attach;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.datapath.attach.Blueprint.ObjectFile;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.model.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// An agent that is started, killed and started again on a kernel that knows how long things live.
abstract class Restarts {
    static final Path ROOT = Path.of("/bpf");
    static final Path OURS = ROOT.resolve("stentor");
    static final ProgramAt POD = ProgramAt.tc(10, Direction.INGRESS, "from_pod");
    static final ProgramAt OLD_POD = ProgramAt.tc(11, Direction.INGRESS, "from_pod");
    static final ProgramAt NET = ProgramAt.tc(2, Direction.INGRESS, "from_net");
    static final ProgramAt CONNECT =
            new ProgramAt(new Hook.Cgroup(Path.of("/cgroup"), Hook.CgroupAttach.CONNECT4), "connect4");
    static final Set<ProgramAt> BEFORE = Set.of(POD, OLD_POD, NET, CONNECT);
    static final Set<ProgramAt> AFTER = Set.of(POD, NET, CONNECT);

    LifetimeKernel kernel = boot();

    static LifetimeKernel boot() {
        LifetimeKernel kernel = new LifetimeKernel(
                Map.of("pod", List.of("from_pod", "deliver"), "net", List.of("from_net", "connect4")));
        kernel.devices.addAll(List.of(2, 10, 11));
        return kernel;
    }

    private static MapSpec<Integer, Integer> map(String name, MapType type, MapOwner owner, int room) {
        return new MapSpec<>(name, type, Codec.U32, Codec.U32, new MapSpec.Shape(room, 0, owner, Optional.empty()));
    }

    static Blueprint blueprint(String fingerprint, int room) {
        return new Blueprint(
                fingerprint,
                List.of(
                        map("endpoints", MapType.HASH, MapOwner.AGENT, room),
                        map("conntrack", MapType.LRU_HASH, MapOwner.DATAPATH, 100),
                        map("calls", MapType.PROG_ARRAY, MapOwner.GENERATION, 4)),
                List.of(
                        new ObjectFile("pod", new byte[0], Set.of("endpoints", "conntrack", "calls")),
                        new ObjectFile("net", new byte[0], Set.of("endpoints", "calls"))),
                Map.of(),
                Map.of("calls", Map.of(0, "deliver")));
    }

    /// One start of the agent, which then runs until it is killed.
    List<Problem> start(String fingerprint, Set<ProgramAt> desired, boolean complete) {
        Generation generation = Generation.load(kernel, kernel, ROOT, blueprint(fingerprint, 100));
        return new Attachments(kernel, generation).reconcile(desired, complete);
    }

    List<String> runs() {
        return kernel.hooks.keySet().stream()
                .filter(hook -> kernel.working(hook) != null)
                .map(ProgramAt::pin)
                .sorted()
                .toList();
    }
}
