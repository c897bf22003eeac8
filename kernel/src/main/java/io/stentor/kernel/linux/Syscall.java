package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// System calls through libc's `syscall`: one binding for all of them keeps the start short.
///
/// Pointers are passed as addresses; the caller keeps their arena open during the call.
@SuppressWarnings("restricted")
final class Syscall {
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));

    private Syscall() {}

    /// @return what the kernel returned; below zero the negative error number
    static long call(Sys number, long a, long b, long c, long d, long e, long f) {
        MemorySegment captured = CAPTURED.get();
        long result;
        try {
            result = (long) SYSCALL.invokeExact(captured, number.number(), a, b, c, d, e, f);
        } catch (Throwable failure) {
            throw new LinkageError("calling " + number.title(), failure);
        }
        return result == -1 ? -captured.get(JAVA_INT, ERRNO) : result;
    }

    static long call(Sys number, long a, long b, long c) {
        return call(number, a, b, c, 0, 0, 0);
    }

    /// Calls again when a signal interrupted, and throws what fails.
    static long must(String object, Sys number, long a, long b, long c, long d, long e, long f) {
        long result;
        do {
            result = call(number, a, b, c, d, e, f);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            throw new KernelException(number.title(), object, (int) -result, "");
        }
        return result;
    }

    static long must(String object, Sys number, long a, long b, long c) {
        return must(object, number, a, b, c, 0, 0, 0);
    }
}
