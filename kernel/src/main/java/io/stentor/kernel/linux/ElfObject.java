package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.KernelException;
import io.stentor.kernel.VerifierRejected;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An object file in the hands of libbpf, from opening it to closing it, all on one thread.
@SuppressWarnings("restricted")
final class ElfObject implements AutoCloseable {
    private static final Pattern PROGRAM = Pattern.compile("prog '([^']+)'");
    private static final Pattern DATA_SECTION = Pattern.compile("\\.(rodata|data|bss|kconfig).*");
    private static final int NAME_SIZE = 256;

    private final String name;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment object;
    private final Map<String, MemorySegment> maps;
    private final Map<String, MemorySegment> programs;

    ElfObject(String name, byte[] elf) {
        this.name = name;
        var _ = LibBpfLog.takeWarnings();
        try {
            this.object = open(elf);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
        this.maps = names(LibBpf.NEXT_MAP, LibBpf.MAP_NAME);
        this.programs = names(LibBpf.NEXT_PROGRAM, LibBpf.PROGRAM_NAME);
    }

    private MemorySegment open(byte[] elf) {
        MemorySegment options = arena.allocate(16, 8);
        options.set(JAVA_LONG, 0, options.byteSize());
        options.set(JAVA_LONG, 8, arena.allocateFrom(name).address());
        MemorySegment state = LibBpf.captureState(arena);
        MemorySegment content = copy(elf);
        MemorySegment opened =
                LibBpf.call(() -> (MemorySegment) LibBpf.OPEN.invokeExact(state, content, (long) elf.length, options));
        if (opened.address() == 0) {
            String messages = LibBpfLog.takeWarnings().strip();
            throw new KernelException("bpf_object__open_mem", name, LibBpf.errno(state), messages);
        }
        return opened;
    }

    /// By name; data sections under the name of the section.
    Map<String, MemorySegment> maps() {
        return maps;
    }

    Map<String, MemorySegment> programs() {
        return programs;
    }

    MapSpec spec(String map) {
        MemorySegment at = known(maps, map);
        return LibBpf.call(() -> {
            var sizes = new MapSpec.Sizes(
                    (int) LibBpf.KEY_SIZE.invokeExact(at), (int) LibBpf.VALUE_SIZE.invokeExact(at), (int)
                            LibBpf.MAX_ENTRIES.invokeExact(at));
            MapType type = MapType.of((int) LibBpf.MAP_TYPE.invokeExact(at));
            return new MapSpec(map, type, sizes, (int) LibBpf.MAP_FLAGS.invokeExact(at), Optional.empty());
        });
    }

    void fill(String section, byte[] content) {
        MemorySegment map = known(maps, section);
        MemorySegment bytes = copy(content);
        long size = content.length;
        check("bpf_map__set_initial_value", section, () ->
                (int) LibBpf.SET_INITIAL_VALUE.invokeExact(map, bytes, size));
    }

    void maxEntries(String map, int entries) {
        MemorySegment at = known(maps, map);
        check("bpf_map__set_max_entries", map, () -> (int) LibBpf.SET_MAX_ENTRIES.invokeExact(at, entries));
    }

    /// @param fd of a map that stands in for the declared one; it is copied
    void reuse(String map, int fd) {
        MemorySegment at = known(maps, map);
        check("bpf_map__reuse_fd", map, () -> (int) LibBpf.REUSE_FD.invokeExact(at, fd));
    }

    void skip(String program) {
        MemorySegment at = known(programs, program);
        check("bpf_program__set_autoload", program, () -> (int) LibBpf.SET_AUTOLOAD.invokeExact(at, false));
    }

    /// Asks for the verifier's figures, see [LibBpfLog#takeInstructions].
    void countInstructions() {
        programs.forEach((program, at) -> check("bpf_program__set_log_level", program, () ->
                (int) LibBpf.SET_LOG_LEVEL.invokeExact(at, LibBpf.LOG_STATISTICS)));
    }

    /// @throws VerifierRejected names the first program that libbpf complained of
    void load() {
        int result = LibBpf.call(() -> (int) LibBpf.LOAD.invokeExact(object));
        if (result < 0) {
            String messages = LibBpfLog.takeWarnings();
            Matcher program = PROGRAM.matcher(messages);
            throw program.find()
                    ? new VerifierRejected(name + "/" + program.group(1), -result, messages)
                    : new KernelException("bpf_object__load", name, -result, messages.strip());
        }
    }

    /// A copy of a program's descriptor.
    Fd program(String program) {
        MemorySegment at = known(programs, program);
        return Fd.copy(LibBpf.call(() -> (int) LibBpf.PROGRAM_FD.invokeExact(at)));
    }

    /// A copy of a map's descriptor, if it was made.
    Optional<Fd> map(String map) {
        MemorySegment at = known(maps, map);
        int fd = LibBpf.call(() -> (int) LibBpf.MAP_FD.invokeExact(at));
        return fd < 0 ? Optional.empty() : Optional.of(Fd.copy(fd));
    }

    private void check(String call, String part, LibBpf.Call<Integer> code) {
        int result = LibBpf.call(code);
        if (result < 0) {
            String messages = LibBpfLog.takeWarnings().strip();
            throw new KernelException(call, name + "/" + part, -result, messages);
        }
    }

    private MemorySegment known(Map<String, MemorySegment> all, String part) {
        MemorySegment found = all.get(part);
        if (found == null) {
            throw new IllegalArgumentException(name + " has no " + part + " among " + all.keySet());
        }
        return found;
    }

    private Map<String, MemorySegment> names(MethodHandle step, MethodHandle getter) {
        Map<String, MemorySegment> all = new LinkedHashMap<>();
        MemorySegment at = next(step, MemorySegment.NULL);
        while (at.address() != 0) {
            MemorySegment current = at;
            MemorySegment text = LibBpf.call(() -> (MemorySegment) getter.invokeExact(current));
            String full = text.reinterpret(NAME_SIZE).getString(0);
            Matcher section = DATA_SECTION.matcher(full);
            all.put(section.find() ? section.group() : full, at);
            at = next(step, at);
        }
        return all;
    }

    private MemorySegment next(MethodHandle step, MemorySegment at) {
        return LibBpf.call(() -> (MemorySegment) step.invokeExact(object, at));
    }

    private MemorySegment copy(byte[] bytes) {
        MemorySegment copy = arena.allocate(Math.max(1, bytes.length), 16);
        MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    @Override
    public void close() {
        LibBpf.call(() -> {
            LibBpf.CLOSE.invokeExact(object);
            return true;
        });
        arena.close();
    }
}
