package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// The functions of libbpf (1.1.2 and newer) that loading needs, bound when first used. An object is one thread's;
/// what libbpf reports of it is with that thread: [LibBpfLog].
@SuppressWarnings("restricted")
final class LibBpf {
    /// BPF_LOG_STATS: nothing but the verifier's figures.
    static final int LOG_STATISTICS = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = library();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();

    static final MethodHandle OPEN = LINKER.downcallHandle(
            LIBRARY.findOrThrow("bpf_object__open_mem"),
            FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
            Linker.Option.captureCallState("errno"));
    static final MethodHandle LOAD = toInt("bpf_object__load", ADDRESS);
    static final MethodHandle CLOSE = bind("bpf_object__close", FunctionDescriptor.ofVoid(ADDRESS));
    static final MethodHandle NEXT_PROGRAM = toPointer("bpf_object__next_program", ADDRESS, ADDRESS);
    static final MethodHandle NEXT_MAP = toPointer("bpf_object__next_map", ADDRESS, ADDRESS);

    static final MethodHandle PROGRAM_NAME = toPointer("bpf_program__name", ADDRESS);
    static final MethodHandle PROGRAM_FD = toInt("bpf_program__fd", ADDRESS);
    static final MethodHandle SET_LOG_LEVEL = toInt("bpf_program__set_log_level", ADDRESS, JAVA_INT);
    static final MethodHandle SET_AUTOLOAD = toInt("bpf_program__set_autoload", ADDRESS, JAVA_BOOLEAN);

    static final MethodHandle MAP_NAME = toPointer("bpf_map__name", ADDRESS);
    static final MethodHandle MAP_FD = toInt("bpf_map__fd", ADDRESS);
    static final MethodHandle MAP_TYPE = toInt("bpf_map__type", ADDRESS);
    static final MethodHandle KEY_SIZE = toInt("bpf_map__key_size", ADDRESS);
    static final MethodHandle VALUE_SIZE = toInt("bpf_map__value_size", ADDRESS);
    static final MethodHandle MAX_ENTRIES = toInt("bpf_map__max_entries", ADDRESS);
    static final MethodHandle MAP_FLAGS = toInt("bpf_map__map_flags", ADDRESS);
    static final MethodHandle SET_MAX_ENTRIES = toInt("bpf_map__set_max_entries", ADDRESS, JAVA_INT);
    static final MethodHandle REUSE_FD = toInt("bpf_map__reuse_fd", ADDRESS, JAVA_INT);
    static final MethodHandle SET_INITIAL_VALUE = toInt("bpf_map__set_initial_value", ADDRESS, ADDRESS, JAVA_LONG);

    static {
        hearMessages();
    }

    private LibBpf() {}

    /// Calls a binding. Its failures can only be mistakes in the binding.
    interface Call<T> {
        T run() throws Throwable;
    }

    static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("calling libbpf", e);
        }
    }

    static MemorySegment captureState(Arena arena) {
        return arena.allocate(STATE);
    }

    static int errno(MemorySegment state) {
        return state.get(JAVA_INT, STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno")));
    }

    private static SymbolLookup library() {
        try {
            return SymbolLookup.libraryLookup("libbpf.so.1", Arena.global());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "libbpf.so.1 was not found: on Debian 'apt install libbpf1' provides it", e);
        }
    }

    private static MethodHandle toInt(String name, MemoryLayout... parameters) {
        return bind(name, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    private static MethodHandle toPointer(String name, MemoryLayout... parameters) {
        return bind(name, FunctionDescriptor.of(ADDRESS, parameters));
    }

    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LIBRARY.findOrThrow(name), descriptor);
    }

    private static void hearMessages() {
        call(() -> (MemorySegment) bind("libbpf_set_print", FunctionDescriptor.of(ADDRESS, ADDRESS))
                .invokeExact(LibBpfLog.function()));
    }
}
