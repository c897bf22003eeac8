package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// One call of bpf(2): the argument block and the memory that it points to, alive until closed.
///
/// Offsets are those of `union bpf_attr` in `linux/bpf.h`. The block is larger than any kernel's; kernels accept what
/// they do not know as long as it is zero.
final class BpfCall implements AutoCloseable {
    private static final int ATTR_SIZE = 144;

    /// Commands, by their numbers.
    enum Command {
        MAP_CREATE(0),
        MAP_LOOKUP_ELEM(1),
        MAP_UPDATE_ELEM(2),
        MAP_DELETE_ELEM(3),
        MAP_GET_NEXT_KEY(4),
        PROG_LOAD(5),
        OBJ_PIN(6),
        OBJ_GET(7),
        PROG_TEST_RUN(10),
        PROG_GET_FD_BY_ID(13),
        MAP_GET_FD_BY_ID(14),
        OBJ_GET_INFO_BY_FD(15),
        PROG_QUERY(16),
        MAP_LOOKUP_BATCH(24),
        MAP_UPDATE_BATCH(26),
        MAP_DELETE_BATCH(27),
        LINK_CREATE(28),
        LINK_UPDATE(29),
        LINK_DETACH(34);

        private final int number;

        Command(int number) {
            this.number = number;
        }

        String title() {
            return "BPF_" + name();
        }
    }

    private final Arena arena = Arena.ofConfined();
    private final Command command;
    private final MemorySegment attr = arena.allocate(ATTR_SIZE, 8);

    BpfCall(Command command) {
        this.command = command;
    }

    BpfCall u32(long offset, int value) {
        attr.set(JAVA_INT, offset, value);
        return this;
    }

    BpfCall u64(long offset, long value) {
        attr.set(JAVA_LONG, offset, value);
        return this;
    }

    BpfCall pointer(long offset, MemorySegment target) {
        return u64(offset, target.address());
    }

    BpfCall bytes(long offset, byte[] value) {
        return pointer(offset, copy(value));
    }

    BpfCall path(long offset, String text) {
        return pointer(offset, arena.allocateFrom(text));
    }

    /// A kernel object's name: at most 15 of the characters that it allows, in place.
    BpfCall name(long offset, String text) {
        String allowed = text.replaceAll("[^A-Za-z0-9_.]", "_");
        byte[] ascii = allowed.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(ascii, 0, attr, java.lang.foreign.ValueLayout.JAVA_BYTE, offset, Math.min(15, ascii.length));
        return this;
    }

    MemorySegment copy(byte[] value) {
        MemorySegment target = allocate(value.length);
        MemorySegment.copy(value, 0, target, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, value.length);
        return target;
    }

    MemorySegment allocate(long size) {
        return arena.allocate(Math.max(8, size), 8);
    }

    int u32(long offset) {
        return attr.get(JAVA_INT, offset);
    }

    /// @return the kernel's answer, below zero the negative error number
    int call() {
        long result;
        do {
            result = Syscall.call(Sys.BPF, command.number, attr.address(), ATTR_SIZE);
        } while (result == -Errno.EINTR || (result == -Errno.EAGAIN && command == Command.PROG_LOAD));
        return (int) result;
    }

    /// @throws KernelException if the kernel refuses
    int must(String object) {
        int result = call();
        if (result < 0) {
            throw failure(object, -result, "");
        }
        return result;
    }

    KernelException failure(String object, int errno, String detail) {
        return new KernelException(command.title(), object, errno, detail);
    }

    @Override
    public void close() {
        arena.close();
    }
}
