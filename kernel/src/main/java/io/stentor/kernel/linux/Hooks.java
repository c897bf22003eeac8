package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.LinkInfo;
import io.stentor.kernel.linux.BpfCall.Command;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Attaching, and finding what is attached.
///
/// @param tcx whether traffic control hooks take links; else filters
record Hooks(boolean tcx) {
    private static final int QUERIED_PROGRAMS = 64;

    BpfLink attach(BpfProgram program, Hook hook) {
        return hook instanceof Hook.Tc tc && !tcx
                ? FilterLink.attach(program, tc, false)
                : KernelLink.create(program, hook);
    }

    BpfLink attach(BpfProgram program, Hook hook, Path pin) {
        if (hook instanceof Hook.Tc tc && !tcx) {
            return FilterLink.attach(program, tc, true);
        }
        Optional<KernelLink> pinned = Pins.open(pin, "bpf-link").map(fd -> new KernelLink(fd, pin));
        if (pinned.isPresent() && replaced(pinned.get(), program, hook)) {
            return pinned.get();
        }
        var _ = Pins.remove(pin);
        BpfLink made = KernelLink.create(program, hook);
        try {
            made.pin(pin);
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /// Closes the link unless it is where it should be and runs the program now.
    private static boolean replaced(BpfLink link, BpfProgram program, Hook hook) {
        boolean done = false;
        try {
            if (stillAt(link.info(), hook)) {
                link.update(program);
                done = true;
            }
            return done;
        } finally {
            if (!done) {
                link.close();
            }
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

    List<Attached> attached(Hook hook) {
        return switch (hook) {
            case Hook.Tc tc -> {
                // links run before filters
                List<Attached> all = new ArrayList<>(tcx ? query(hook, tc.ifindex()) : List.of());
                FilterLink.at(tc).forEach(filter -> all.add(new Attached(filter.programId(), 0, filter.name())));
                yield all;
            }
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
}
