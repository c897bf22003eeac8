package io.stentor.kernel.bpf;

import java.util.Map;

/// A loaded object: its programs and maps by their names in the source. Closing closes them all (but not maps that
/// were reused: those are separate descriptors here).
public interface BpfObject extends AutoCloseable {

    Map<String, BpfProgram> programs();

    /// Maps that the object declares, and its data sections under the section's name (`.rodata`, `.bss`).
    Map<String, BpfMap> maps();

    /// @throws IllegalArgumentException if the object has no such program, or it was skipped
    default BpfProgram program(String name) {
        BpfProgram program = programs().get(name);
        if (program == null) {
            throw new IllegalArgumentException(
                    "no program " + name + " among " + programs().keySet());
        }
        return program;
    }

    /// @throws IllegalArgumentException if the object has no such map
    default BpfMap map(String name) {
        BpfMap map = maps().get(name);
        if (map == null) {
            throw new IllegalArgumentException("no map " + name + " among " + maps().keySet());
        }
        return map;
    }

    @Override
    void close();
}
