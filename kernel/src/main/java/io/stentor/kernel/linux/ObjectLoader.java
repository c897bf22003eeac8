package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.KernelException;
import io.stentor.kernel.MapMismatch;
import io.stentor.kernel.VerifierRejected;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.ObjectSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Loads one object through libbpf, keeps copies of the descriptors and lets libbpf's own (with its copies of code
/// and types) go at once.
@SuppressWarnings("restricted")
final class ObjectLoader {
    private static final Pattern PROGRAM = Pattern.compile("prog '([^']+)'");
    private static final Pattern DATA_SECTION = Pattern.compile("\\.(rodata|data|bss|kconfig).*");

    private final ObjectSpec spec;
    private final Arena arena;
    private final MemorySegment object;

    private ObjectLoader(ObjectSpec spec, Arena arena) {
        this.spec = spec;
        this.arena = arena;
        this.object = open();
    }

    record Loaded(Map<String, BpfProgram> programs, Map<String, BpfMap> maps) implements BpfObject {
        @Override
        public void close() {
            programs.values().forEach(BpfProgram::close);
            maps.values().forEach(BpfMap::close);
        }
    }

    static BpfObject load(ObjectSpec spec) {
        synchronized (LibBpf.LOCK) {
            var _ = LibBpf.takeMessages();
            try (Arena arena = Arena.ofConfined()) {
                var loader = new ObjectLoader(spec, arena);
                try {
                    return loader.load();
                } finally {
                    LibBpf.call(() -> {
                        LibBpf.CLOSE.invokeExact(loader.object);
                        return true;
                    });
                }
            }
        }
    }

    private MemorySegment open() {
        MemorySegment elf = arena.allocate(spec.elf().length, 16);
        MemorySegment.copy(spec.elf(), 0, elf, JAVA_BYTE, 0, spec.elf().length);
        MemorySegment options = arena.allocate(16, 8);
        options.set(JAVA_LONG, 0, options.byteSize());
        options.set(JAVA_LONG, 8, arena.allocateFrom(spec.name()).address());
        MemorySegment state = LibBpf.captureState(arena);
        MemorySegment opened = LibBpf.call(
                () -> (MemorySegment) LibBpf.OPEN.invokeExact(state, elf, (long) spec.elf().length, options));
        if (opened.address() == 0) {
            throw new KernelException(
                    "bpf_object__open_mem",
                    spec.name(),
                    LibBpf.errno(state),
                    LibBpf.takeMessages().strip());
        }
        return opened;
    }

    private BpfObject load() {
        Map<String, MemorySegment> maps = maps();
        Map<String, MemorySegment> programs = programs();
        spec.readOnlyData().forEach((section, content) -> fill(known(maps, section), section, content));
        spec.maps().maxEntries().forEach((name, entries) -> {
            MemorySegment map = known(maps, name);
            check("bpf_map__set_max_entries", name, LibBpf.call(() ->
                    (int) LibBpf.SET_MAX_ENTRIES.invokeExact(map, (int) entries)));
        });
        spec.maps().reused().forEach((name, existing) -> reuse(known(maps, name), name, existing));
        for (String name : spec.skipped()) {
            MemorySegment program = known(programs, name);
            check("bpf_program__set_autoload", name, LibBpf.call(() ->
                    (int) LibBpf.SET_AUTOLOAD.invokeExact(program, false)));
        }
        int result = LibBpf.call(() -> (int) LibBpf.LOAD.invokeExact(object));
        if (result < 0) {
            throw rejected(-result, LibBpf.takeMessages());
        }
        return loaded(maps, programs);
    }

    private void fill(MemorySegment map, String section, byte[] content) {
        int size = spec(section, map).valueSize();
        if (size != content.length) {
            throw new IllegalArgumentException(
                    spec.name() + ": section " + section + " has " + size + " bytes, not " + content.length);
        }
        MemorySegment bytes = arena.allocate(content.length);
        MemorySegment.copy(content, 0, bytes, JAVA_BYTE, 0, content.length);
        check("bpf_map__set_initial_value", section, LibBpf.call(() ->
                (int) LibBpf.SET_INITIAL_VALUE.invokeExact(map, bytes, (long) content.length)));
    }

    private void reuse(MemorySegment map, String name, BpfMap existing) {
        MapSpec declared = spec(name, map);
        if (!declared.fits(existing.spec())) {
            throw new MapMismatch(spec.name() + "/" + name, declared, existing.spec());
        }
        int fd = existing.fd();
        check("bpf_map__reuse_fd", name, LibBpf.call(() -> (int) LibBpf.REUSE_FD.invokeExact(map, fd)));
    }

    private static MapSpec spec(String name, MemorySegment map) {
        return LibBpf.call(() -> {
            var sizes = new MapSpec.Sizes(
                    (int) LibBpf.KEY_SIZE.invokeExact(map), (int) LibBpf.VALUE_SIZE.invokeExact(map), (int)
                            LibBpf.MAX_ENTRIES.invokeExact(map));
            int flags = (int) LibBpf.MAP_FLAGS.invokeExact(map);
            return new MapSpec(
                    name, MapType.of((int) LibBpf.MAP_TYPE.invokeExact(map)), sizes, flags, Optional.empty());
        });
    }

    private BpfObject loaded(Map<String, MemorySegment> maps, Map<String, MemorySegment> programs) {
        var loaded = new Loaded(new LinkedHashMap<>(), new LinkedHashMap<>());
        try {
            Set<String> skipped = spec.skipped();
            programs.forEach((name, program) -> {
                if (!skipped.contains(name)) {
                    int fd = LibBpf.call(() -> (int) LibBpf.PROGRAM_FD.invokeExact(program));
                    loaded.programs.put(name, LinuxProgram.of(Fd.copy(fd), name));
                }
            });
            maps.forEach((name, map) -> {
                int fd = LibBpf.call(() -> (int) LibBpf.MAP_FD.invokeExact(map));
                if (fd >= 0) {
                    loaded.maps.put(name, LinuxMap.of(Fd.copy(fd)));
                }
            });
            return loaded;
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    private KernelException rejected(int errno, String messages) {
        Matcher program = PROGRAM.matcher(messages);
        return program.find()
                ? new VerifierRejected(spec.name() + "/" + program.group(1), errno, messages)
                : new KernelException("bpf_object__load", spec.name(), errno, messages.strip());
    }

    private void check(String call, String name, int result) {
        if (result < 0) {
            throw new KernelException(
                    call,
                    spec.name() + "/" + name,
                    -result,
                    LibBpf.takeMessages().strip());
        }
    }

    private MemorySegment known(Map<String, MemorySegment> all, String name) {
        MemorySegment found = all.get(name);
        if (found == null) {
            throw new IllegalArgumentException(spec.name() + " has no " + name + " among " + all.keySet());
        }
        return found;
    }

    private Map<String, MemorySegment> programs() {
        Map<String, MemorySegment> all = new LinkedHashMap<>();
        MemorySegment at = next(LibBpf.NEXT_PROGRAM, MemorySegment.NULL);
        while (at.address() != 0) {
            all.put(text(LibBpf.PROGRAM_NAME, at), at);
            at = next(LibBpf.NEXT_PROGRAM, at);
        }
        return all;
    }

    private Map<String, MemorySegment> maps() {
        Map<String, MemorySegment> all = new LinkedHashMap<>();
        MemorySegment at = next(LibBpf.NEXT_MAP, MemorySegment.NULL);
        while (at.address() != 0) {
            String name = text(LibBpf.MAP_NAME, at);
            Matcher section = DATA_SECTION.matcher(name);
            all.put(section.find() ? section.group() : name, at);
            at = next(LibBpf.NEXT_MAP, at);
        }
        return all;
    }

    private MemorySegment next(java.lang.invoke.MethodHandle step, MemorySegment at) {
        return LibBpf.call(() -> (MemorySegment) step.invokeExact(object, at));
    }

    private static String text(java.lang.invoke.MethodHandle getter, MemorySegment of) {
        MemorySegment text = LibBpf.call(() -> (MemorySegment) getter.invokeExact(of));
        return text.reinterpret(256).getString(0);
    }
}
