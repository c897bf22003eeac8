package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.ProgramType;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.kernel.bpf.TestRun;
import io.stentor.kernel.linux.BpfCall.Command;
import java.nio.file.Path;
import java.util.Set;

/// A program of the running kernel.
final class LinuxProgram implements BpfProgram {
    /// What a program may add to a packet at most: a tunnel's headers.
    private static final int GROWTH = 512;
    private static final int TEST_CHECKSUM_COMPLETE = 1 << 2;

    private final Fd fd;
    private final String name;
    private final BpfInfo.ProgramInfo info;

    private LinuxProgram(Fd fd, String name, BpfInfo.ProgramInfo info) {
        this.fd = fd;
        this.name = name;
        this.info = info;
    }

    /// Takes over the descriptor. The kernel keeps only 15 characters of a name.
    static LinuxProgram of(Fd fd, String name) {
        try {
            return new LinuxProgram(fd, name, BpfInfo.program(fd.number()));
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    static LinuxProgram of(Fd fd) {
        LinuxProgram program = of(fd, "");
        return new LinuxProgram(fd, program.info.name(), program.info);
    }

    /// The same, with the number of instructions where the kernel itself does not tell.
    LinuxProgram counted(int instructions) {
        if (info.verifiedInstructions() != 0) {
            return this;
        }
        return new LinuxProgram(fd, name, new BpfInfo.ProgramInfo(info.id(), info.type(), info.name(), instructions));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int id() {
        return info.id();
    }

    @Override
    public int fd() {
        return fd.number();
    }

    @Override
    public ProgramType type() {
        return ProgramType.of(info.type());
    }

    @Override
    public Set<Integer> mapIds() {
        return BpfInfo.mapIds(fd());
    }

    @Override
    public int verifiedInstructions() {
        return info.verifiedInstructions();
    }

    @Override
    public TestResult testRun(TestRun run) {
        try (var call = new BpfCall(Command.PROG_TEST_RUN)) {
            int contextSize = run.context().length;
            int room = run.packet().length + GROWTH;
            var packet = call.allocate(room);
            var context = call.allocate(contextSize);
            call.u32(0, fd())
                    .u32(8, run.packet().length)
                    .u32(12, room)
                    .bytes(16, run.packet())
                    .pointer(24, packet)
                    .u32(32, run.repeat())
                    .u32(64, run.summed() ? TEST_CHECKSUM_COMPLETE : 0);
            if (contextSize > 0) {
                call.u32(40, contextSize)
                        .u32(44, contextSize)
                        .bytes(48, run.context())
                        .pointer(56, context);
            }
            call.must(toString());
            return new TestResult(
                    call.u32(4),
                    packet.asSlice(0, call.u32(12)).toArray(JAVA_BYTE),
                    context.asSlice(0, contextSize).toArray(JAVA_BYTE),
                    Integer.toUnsignedLong(call.u32(36)));
        }
    }

    @Override
    public void pin(Path path) {
        Pins.pin(fd(), path);
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "program " + name + " (" + info.id() + ")";
    }
}
