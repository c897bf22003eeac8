package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.ProgramType;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.kernel.bpf.TestRun;
import java.nio.file.Path;
import java.util.Set;

/// A program in name only: it can be attached, pinned and called, and never runs.
public final class FakeProgram implements BpfProgram {
    /// What descriptors and pins refer to.
    ///
    /// @param name as its object names it
    record Code(int id, String name, ProgramType type) {}

    private final FakeBpf bpf;
    private final Code code;
    private final int fd;
    private boolean open = true;

    FakeProgram(FakeBpf bpf, Code code) {
        this.bpf = bpf;
        this.code = code;
        this.fd = bpf.handles().open(code);
    }

    Code code() {
        if (!open) {
            throw new KernelException("use", toString(), Errno.EBADF, "");
        }
        return code;
    }

    @Override
    public String name() {
        return code.name;
    }

    @Override
    public int id() {
        return code.id;
    }

    @Override
    public int fd() {
        return open ? fd : -1;
    }

    @Override
    public ProgramType type() {
        return code.type;
    }

    @Override
    public Set<Integer> mapIds() {
        return Set.of();
    }

    @Override
    public int verifiedInstructions() {
        return 0;
    }

    @Override
    public TestResult testRun(TestRun run) {
        throw new KernelException("BPF_PROG_TEST_RUN", toString(), Errno.ENOTSUPP, "this kernel is a fake");
    }

    @Override
    public void pin(Path path) {
        bpf.called("pin " + path);
        bpf.handles().pin(path, code());
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            bpf.handles().close(fd);
        }
    }

    @Override
    public String toString() {
        return "program " + code.name + " (" + code.id + ")";
    }
}
