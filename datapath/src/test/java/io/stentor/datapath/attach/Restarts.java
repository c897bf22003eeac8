package io.stentor.datapath.attach;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.bpf.described.Description;
import io.stentor.datapath.attach.Blueprint.ObjectFile;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.model.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// An agent that is started, killed and started again on a kernel that knows how long things live.
abstract class Restarts {
    static final Path ROOT = Path.of("/bpf");
    static final Path OURS = ROOT.resolve("stentor");
    static final ProgramAt POD = ProgramAt.tc(10, Direction.INGRESS, "from_pod");
    static final ProgramAt TO_POD = ProgramAt.tc(10, Direction.EGRESS, "to_pod");
    static final ProgramAt OLD_POD = ProgramAt.tc(11, Direction.INGRESS, "from_pod");
    static final ProgramAt NET = ProgramAt.tc(2, Direction.INGRESS, "from_net");
    static final ProgramAt CONNECT =
            new ProgramAt(new Hook.Cgroup(Path.of("/cgroup"), Hook.CgroupAttach.CONNECT4), "connect4");
    static final Set<ProgramAt> BEFORE = Set.of(POD, OLD_POD, NET, CONNECT);
    static final Set<ProgramAt> AFTER = Set.of(POD, NET, CONNECT);

    private static final String CONFIG = ".rodata.config";
    private static final Map<Integer, String> PLACES =
            LifetimeKernel.PLACES.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

    LifetimeKernel kernel = boot();

    /// Which one the next start has.
    int configuration = 1;

    static LifetimeKernel boot() {
        LifetimeKernel kernel = new LifetimeKernel(
                Map.of("pod", List.of("from_pod", "to_pod", "deliver"), "net", List.of("from_net", "connect4")));
        kernel.devices.addAll(List.of(2, 10, 11));
        return kernel;
    }

    /// What is in each layout that a build may have: in `b` the value has another field and moves, `c` is larger, in
    /// `d`
    /// it is smaller and lies elsewhere.
    private static final Map<String, String> ENTRIES = Map.of(
            "a", "struct entry 4 value@0:u32",
            "b", "struct entry 8 more@0:u32 value@4:u32",
            "c", "struct entry 8 value@0:u64",
            "d", "struct entry 4 other@0:u16 value@2:be16");

    private static MapSpec<?, ?> map(String name, MapType type, MapOwner owner, Codec<?> value, int room) {
        return new MapSpec<>(name, type, Codec.U32, value, new MapSpec.Shape(room, 0, owner, Optional.empty()));
    }

    static Description layout(String build) {
        return Description.parse("""
                map conntrack LRU_HASH u32 struct/entry 100 0 DATAPATH
                map endpoints HASH u32 u32 100 0 AGENT
                map takeover ARRAY u32 u64 1 0 DATAPATH
                %s
                """.formatted(ENTRIES.get(build)));
    }

    /// The directory of a build's maps.
    static String directory(String build) {
        return layout(build).fingerprint();
    }

    Blueprint blueprint(String build, int room) {
        return blueprint(build, room, false);
    }

    private Blueprint blueprint(String build, int room, boolean succeeds) {
        Set<String> declares = Set.of("endpoints", "conntrack", "calls", "takeover", "former", CONFIG);
        Codec<?> entry = build.equals("a") || build.equals("d") ? Codec.U32 : Codec.U64;
        return new Blueprint(
                layout(build),
                List.of(
                        map("endpoints", MapType.HASH, MapOwner.AGENT, Codec.U32, room),
                        map("conntrack", MapType.LRU_HASH, MapOwner.DATAPATH, entry, 100),
                        map("takeover", MapType.ARRAY, MapOwner.DATAPATH, Codec.U64, 1),
                        map("former", MapType.PROG_ARRAY, MapOwner.GENERATION, Codec.U32, 4),
                        map("calls", MapType.PROG_ARRAY, MapOwner.GENERATION, Codec.U32, 4)),
                List.of(new ObjectFile("pod", new byte[0], declares), new ObjectFile("net", new byte[0], declares)),
                Map.of(CONFIG, new byte[] {(byte) (succeeds ? 1 : 0), (byte) configuration}),
                Map.of("calls", Map.of(0, "deliver")));
    }

    /// One start of the agent, which then runs until it is killed: the steps of [io.stentor.datapath.Datapath].
    List<Problem> start(String build, Set<ProgramAt> desired, boolean complete) {
        Takeover takeover = Takeover.prepare(kernel, kernel, ROOT, layout(build));
        if (!takeover.isPending()) {
            Generation generation = Generation.resume(kernel, kernel, ROOT, blueprint(build, 100))
                    .orElseGet(() -> load(build, false));
            takeover.begin(generation);
            return new Attachments(kernel, generation).reconcile(desired, complete);
        }
        Generation succeeding = load(build, true);
        takeover.succeed(succeeding, PLACES);
        var _ = new Attachments(kernel, succeeding).reconcile(desired, false);
        takeover.run(succeeding);
        List<Problem> problems = new Attachments(kernel, load(build, false)).reconcile(desired, complete);
        takeover.done(succeeding);
        return problems;
    }

    private Generation load(String build, boolean succeeds) {
        return Generation.load(kernel, kernel, ROOT, blueprint(build, 100, succeeds));
    }

    List<String> runs() {
        return kernel.hooks.keySet().stream()
                .filter(hook -> kernel.working(hook) != null)
                .map(ProgramAt::pin)
                .sorted()
                .toList();
    }
}
