package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.kernel.linux.BpfCall.Command;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// eBPF of the running kernel.
public final class LinuxBpf implements Bpf {
    private static final int RLIMIT_MEMLOCK = 8;

    private final Map<Feature, Boolean> features = new ConcurrentHashMap<>();
    private final boolean tcxAllowed;
    private boolean memoryUnlimited;

    public LinuxBpf() {
        this(true);
    }

    /// @param tcxAllowed false to use filters even where there is TCX
    public LinuxBpf(boolean tcxAllowed) {
        this.tcxAllowed = tcxAllowed;
    }

    @Override
    public BpfMap createMap(MapSpec spec) {
        raiseMemoryLimit();
        return LinuxMap.create(spec);
    }

    @Override
    public Optional<BpfMap> openPinnedMap(Path path) {
        return Pins.open(path, "bpf-map").map(LinuxMap::of);
    }

    @Override
    public Optional<BpfMap> openMap(int id) {
        try (var call = new BpfCall(Command.MAP_GET_FD_BY_ID)) {
            int result = call.u32(0, id).call();
            if (result == -Errno.ENOENT) {
                return Optional.empty();
            }
            if (result < 0) {
                throw call.failure("map " + id, -result, "");
            }
            return Optional.of(LinuxMap.of(new Fd(result)));
        }
    }

    @Override
    public Optional<BpfProgram> openPinnedProgram(Path path) {
        return Pins.open(path, "bpf-prog").map(LinuxProgram::of);
    }

    @Override
    public Optional<BpfLink> openPinnedLink(Path path) {
        return Pins.open(path, "bpf-link").map(fd -> new KernelLink(fd, path));
    }

    @Override
    public BpfObject load(ObjectSpec spec) {
        raiseMemoryLimit();
        return ObjectLoader.load(spec);
    }

    @Override
    public BpfLink attach(BpfProgram program, Hook hook) {
        return hooks().attach(program, hook);
    }

    @Override
    public BpfLink attach(BpfProgram program, Hook hook, Path pin) {
        return hooks().attach(program, hook, pin);
    }

    @Override
    public void attachFilter(BpfProgram program, Hook.Tc hook) {
        FilterLink.attach(program, hook, true).close();
    }

    @Override
    public boolean removeFilter(Hook.Tc hook) {
        return FilterLink.remove(hook);
    }

    @Override
    public List<Attached> attached(Hook hook) {
        return hooks().attached(hook);
    }

    private Hooks hooks() {
        return new Hooks(tcxAllowed && has(Feature.TCX));
    }

    @Override
    public RingBuffer ringBuffer(BpfMap ring) {
        return new LinuxRing(ring);
    }

    @Override
    public boolean has(Feature feature) {
        return features.computeIfAbsent(feature, Probes::has);
    }

    @Override
    public int possibleCpus() {
        return Cpus.POSSIBLE;
    }

    /// Before memory was accounted to cgroups, maps counted against the limit of locked memory, a few pages by default.
    private synchronized void raiseMemoryLimit() {
        if (memoryUnlimited) {
            return;
        }
        if (!has(Feature.MEMCG_ACCOUNTING)) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment limit = arena.allocateFrom(JAVA_LONG, -1, -1);
                Syscall.must("RLIMIT_MEMLOCK", Sys.PRLIMIT, 0, RLIMIT_MEMLOCK, limit.address());
            }
        }
        memoryUnlimited = true;
    }
}
