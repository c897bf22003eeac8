package io.stentor.kernel.linux;

import io.stentor.kernel.KernelVersion;
import io.stentor.kernel.MapMismatch;
import io.stentor.kernel.VerifierRejected;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.ObjectSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/// Loads one object through libbpf, keeps copies of the descriptors and lets libbpf's own (with its copies of code
/// and types) go at once.
final class ObjectLoader {
    /// From 5.16 on the kernel tells of every program how many instructions the verifier went through; before, it
    /// writes that to the log at the time of loading.
    static final boolean KERNEL_COUNTS =
            KernelVersion.of(System.getProperty("os.version")).atLeast(5, 16);

    private ObjectLoader() {}

    record Loaded(Map<String, BpfProgram> programs, Map<String, BpfMap> maps) implements BpfObject {
        @Override
        public void close() {
            programs.values().forEach(BpfProgram::close);
            maps.values().forEach(BpfMap::close);
        }
    }

    static BpfObject load(ObjectSpec spec) {
        return load(spec, !KERNEL_COUNTS);
    }

    /// @param logCounts whether to read the number of instructions from the log
    static BpfObject load(ObjectSpec spec, boolean logCounts) {
        try {
            return loadOnce(spec, logCounts);
        } catch (VerifierRejected e) {
            if (!logCounts) {
                throw e;
            }
            // with the figures the log has nothing else: once more, for the reason
            return loadOnce(spec, false);
        }
    }

    private static BpfObject loadOnce(ObjectSpec spec, boolean logCounts) {
        try (var object = new ElfObject(spec.name(), spec.elf())) {
            spec.readOnlyData().forEach((section, content) -> {
                int size = object.spec(section).valueSize();
                if (size != content.length) {
                    throw new IllegalArgumentException(
                            spec.name() + ": section " + section + " has " + size + " bytes, not " + content.length);
                }
                object.fill(section, content);
            });
            spec.maps().maxEntries().forEach(object::maxEntries);
            spec.maps().reused().forEach((name, existing) -> {
                MapSpec declared = object.spec(name);
                if (!declared.fits(existing.spec())) {
                    throw new MapMismatch(spec.name() + "/" + name, declared, existing.spec());
                }
                object.reuse(name, existing.fd());
            });
            spec.skipped().forEach(object::skip);
            if (logCounts) {
                object.countInstructions();
            }
            object.load();
            return loaded(spec, object, logCounts ? LibBpfLog.takeInstructions() : Map.of());
        }
    }

    private static BpfObject loaded(ObjectSpec spec, ElfObject object, Map<String, Integer> counts) {
        var loaded = new Loaded(new LinkedHashMap<>(), new LinkedHashMap<>());
        try {
            for (String name : object.programs().keySet()) {
                if (!spec.skipped().contains(name)) {
                    LinuxProgram program = LinuxProgram.of(object.program(name), name);
                    loaded.programs.put(name, program.counted(counts.getOrDefault(name, 0)));
                }
            }
            for (String name : object.maps().keySet()) {
                object.map(name).ifPresent(fd -> loaded.maps.put(name, LinuxMap.of(fd)));
            }
            return loaded;
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }
}
