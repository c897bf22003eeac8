package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.LinkInfo;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.kernel.linux.BpfCall.Command;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// eBPF of the running kernel.
public final class LinuxBpf implements Bpf {
    private static final int RLIMIT_MEMLOCK = 8;
    private static final int QUERIED_PROGRAMS = 64;

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
        return hook instanceof Hook.Tc tc && !useTcx()
                ? FilterLink.attach(program, tc, false)
                : KernelLink.create(program, hook);
    }

    @Override
    public BpfLink attach(BpfProgram program, Hook hook, Path pin) {
        if (hook instanceof Hook.Tc tc && !useTcx()) {
            return FilterLink.attach(program, tc, true);
        }
        Optional<BpfLink> pinned = openPinnedLink(pin);
        if (pinned.isPresent()) {
            if (stillAt(pinned.get().info(), hook)) {
                pinned.get().update(program);
                return pinned.get();
            }
            pinned.get().close();
            Pins.remove(pin);
        }
        BpfLink made = KernelLink.create(program, hook);
        try {
            made.pin(pin);
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private static boolean stillAt(LinkInfo info, Hook hook) {
        return switch (hook) {
            case Hook.Tc(int ifindex, Hook.Direction _) ->
                info.kind() == LinkInfo.Kind.TCX && info.ifindex() == ifindex;
            case Hook.Xdp(int ifindex, Hook.XdpMode _) -> info.kind() == LinkInfo.Kind.XDP && info.ifindex() == ifindex;
            case Hook.Cgroup cgroup ->
                info.kind() == LinkInfo.Kind.CGROUP && info.cgroup() == inode(cgroup.directory());
            case Hook.SkLookup _ -> info.kind() == LinkInfo.Kind.NETNS;
        };
    }

    private static long inode(Path directory) {
        try {
            return (long) Files.getAttribute(directory, "unix:ino");
        } catch (IOException e) {
            throw new KernelException("stat", directory.toString(), Errno.ENOENT, e.toString());
        }
    }

    @Override
    public List<Attached> attached(Hook hook) {
        return switch (hook) {
            case Hook.Tc tc
            when !useTcx() ->
                FilterLink.at(tc).stream()
                        .map(filter -> new Attached(filter.programId(), 0, filter.name()))
                        .toList();
            case Hook.Tc(int ifindex, Hook.Direction _) -> query(hook, ifindex);
            // the kernel answers for XDP only where it describes the device
            case Hook.Xdp(int ifindex, Hook.XdpMode _) ->
                LinkCodec.xdpProgram(ifindex).stream()
                        .mapToObj(id -> new Attached(id, 0, nameOf(id)))
                        .toList();
            case Hook.Cgroup cgroup -> {
                try (Fd directory = Fd.open(cgroup.directory())) {
                    yield query(hook, directory.number());
                }
            }
            case Hook.SkLookup lookup -> {
                try (Fd netns = Fd.open(lookup.netns())) {
                    yield query(hook, netns.number());
                }
            }
        };
    }

    private static List<Attached> query(Hook hook, int target) {
        try (var call = new BpfCall(Command.PROG_QUERY)) {
            MemorySegment programs = call.allocate(QUERIED_PROGRAMS * 4L);
            call.u32(0, target)
                    .u32(4, KernelLink.attachType(hook))
                    .pointer(16, programs)
                    .u32(24, QUERIED_PROGRAMS);
            MemorySegment links = call.allocate(QUERIED_PROGRAMS * 4L);
            if (hook instanceof Hook.Tc) {
                call.pointer(40, links);
            }
            call.must(hook.toString());
            List<Attached> found = new ArrayList<>();
            for (int i = 0; i < call.u32(24); i++) {
                int id = programs.getAtIndex(JAVA_INT, i);
                found.add(new Attached(id, links.getAtIndex(JAVA_INT, i), nameOf(id)));
            }
            return found;
        }
    }

    /// "" for a program that went meanwhile.
    private static String nameOf(int programId) {
        try (var call = new BpfCall(Command.PROG_GET_FD_BY_ID)) {
            int result = call.u32(0, programId).call();
            if (result < 0) {
                return "";
            }
            try (Fd fd = new Fd(result)) {
                return BpfInfo.program(fd.number()).name();
            }
        }
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

    private boolean useTcx() {
        return tcxAllowed && has(Feature.TCX);
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
