package io.stentor.datapath.explain;

import io.stentor.bpf.BpfObjects;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.attach.Blueprint;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.kernel.bpf.TestRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;

/// Dry runs by a second load of the same objects.
///
/// What the agent writes, the programs only read: these maps are the node's own. What programs write
/// themselves, connections, counters, events, they get maps of their own for, with what concerns the
/// packet copied in. So nothing in the C has to be left out for a dry run, and nothing can be forgotten:
/// there is no map of others that they could write. Programs, maps and rings are gone when the answer is
/// there.
///
/// @param live   the node's maps by name, open as long as this is in use
/// @param config that the node's programs run with
public record ProgramDryRuns(Bpf bpf, Map<String, BpfMap> live, Config config) implements DryRuns {
    private static final Map<String, String> OBJECTS = Map.of(
            "from_pod", "pod",
            "to_pod", "pod",
            "from_net", "net",
            "to_net", "net",
            "from_overlay", "overlay",
            "to_overlay", "overlay");

    /// Every drop is to be reported.
    private static final int NO_LIMIT = 1_000_000;

    /// The device's index in `struct __sk_buff`, and the size of that.
    private static final int IFINDEX = 40;

    private static final int CONTEXT = 192;

    public ProgramDryRuns {
        live = Map.copyOf(live);
    }

    @Override
    public Outcome run(Trial trial) {
        try (BpfObject object = bpf.load(spec(trial))) {
            try (Copies copies = Copies.of(bpf, live, object.maps(), trial.concerned())) {
                TestResult result = object.program(trial.program())
                        .testRun(TestRun.of(trial.frame()).withContext(context(trial.ifindex())));
                return copies.outcome(result);
            }
        }
    }

    private ObjectSpec spec(Trial trial) {
        String name = OBJECTS.get(trial.program());
        if (name == null) {
            throw new IllegalArgumentException("no packet program " + trial.program());
        }
        byte[] elf = BpfObjects.load(name);
        Config dry = config.withTrace(true)
                .withSucceeds(false)
                .withDropEventsPerSecond(NO_LIMIT)
                .withAssumedIdentity(trial.identity());
        ObjectSpec spec = ObjectSpec.of(name, elf).withReadOnlyData(".rodata.config", dry.encode());
        for (String other : OBJECTS.keySet()) {
            if (OBJECTS.get(other).equals(name) && !other.equals(trial.program())) {
                spec = spec.skipping(other);
            }
        }
        return withMaps(spec, Blueprint.ObjectFile.of(name, elf).declares());
    }

    private ObjectSpec withMaps(ObjectSpec plain, Set<String> declared) {
        ObjectSpec spec = plain;
        for (MapSpec<?, ?> map : Maps.ALL) {
            BpfMap held = live.get(map.name());
            if (held == null || !declared.contains(map.name())) {
                continue;
            }
            if (map.shape().owner() == MapOwner.AGENT) {
                spec = spec.withMaxEntries(map.name(), held.spec().maxEntries()).reusing(map.name(), held);
            } else if (Copies.holdsConnections(map)) {
                spec = spec.withMaxEntries(map.name(), Copies.ROOM);
            }
        }
        return spec;
    }

    private static byte[] context(int ifindex) {
        return ByteBuffer.allocate(CONTEXT)
                .order(ByteOrder.nativeOrder())
                .putInt(IFINDEX, ifindex)
                .array();
    }
}
