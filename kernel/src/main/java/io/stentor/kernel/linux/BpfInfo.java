package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.bpf.LinkInfo;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.linux.BpfCall.Command;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What the kernel tells about an open map, program or link (`struct bpf_map_info` and its like).
final class BpfInfo {
    private static final int SIZE = 256;

    /// The verifier accepts no more (`MAX_USED_MAPS`).
    private static final int MAPS_AT_MOST = 64;

    record MapInfo(int id, MapSpec spec) {}

    record ProgramInfo(int id, int type, String name, int verifiedInstructions) {}

    private BpfInfo() {}

    static MapInfo map(int fd) {
        return ask(fd, info -> {
            var sizes = new MapSpec.Sizes(at(info, 8), at(info, 12), at(info, 16));
            var spec = new MapSpec(name(info, 24), MapType.of(at(info, 0)), sizes, at(info, 20), Optional.empty());
            return new MapInfo(at(info, 4), spec);
        });
    }

    static ProgramInfo program(int fd) {
        return ask(fd, info -> new ProgramInfo(at(info, 4), at(info, 0), name(info, 64), at(info, 216)));
    }

    /// Of the maps that a program uses.
    static Set<Integer> mapIds(int fd) {
        try (var call = new BpfCall(Command.OBJ_GET_INFO_BY_FD)) {
            MemorySegment info = call.allocate(SIZE);
            MemorySegment ids = call.allocate((long) Integer.BYTES * MAPS_AT_MOST);
            info.set(JAVA_INT, 52, MAPS_AT_MOST);
            info.set(JAVA_LONG, 56, ids.address());
            call.u32(0, fd).u32(4, SIZE).pointer(8, info).must("descriptor " + fd);
            return IntStream.range(0, Math.min(at(info, 52), MAPS_AT_MOST))
                    .mapToObj(i -> at(ids, (long) Integer.BYTES * i))
                    .collect(Collectors.toSet());
        }
    }

    static LinkInfo link(int fd) {
        return ask(fd, info -> {
            LinkInfo.Kind kind = switch (at(info, 0)) {
                case 3 -> LinkInfo.Kind.CGROUP;
                case 5 -> LinkInfo.Kind.NETNS;
                case 6 -> LinkInfo.Kind.XDP;
                case 11 -> LinkInfo.Kind.TCX;
                default -> LinkInfo.Kind.OTHER;
            };
            boolean device = kind == LinkInfo.Kind.XDP || kind == LinkInfo.Kind.TCX;
            long cgroup = kind == LinkInfo.Kind.CGROUP ? info.get(JAVA_LONG, 16) : 0;
            return new LinkInfo(kind, at(info, 4), at(info, 8), device ? at(info, 16) : 0, cgroup);
        });
    }

    /// `bpf-map`, `bpf-prog` or `bpf-link`, as /proc names what a descriptor is open on.
    static String kind(int fd) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.substring(target.indexOf(':') + 1)
                    .replace("[", "")
                    .replace("]", "")
                    .replace('_', '-');
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static <T> T ask(int fd, Function<MemorySegment, T> read) {
        try (var call = new BpfCall(Command.OBJ_GET_INFO_BY_FD)) {
            MemorySegment info = call.allocate(SIZE);
            call.u32(0, fd).u32(4, SIZE).pointer(8, info).must("descriptor " + fd);
            return read.apply(info);
        }
    }

    private static int at(MemorySegment info, long offset) {
        return info.get(JAVA_INT, offset);
    }

    private static String name(MemorySegment info, long offset) {
        return info.asSlice(offset, 16).getString(0, StandardCharsets.US_ASCII);
    }
}
