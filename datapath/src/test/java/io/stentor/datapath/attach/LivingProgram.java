package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.ProgramType;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.kernel.bpf.TestRun;
import java.nio.file.Path;
import java.util.Map;

/// A loaded program and the maps that it uses.
record LivingProgram(String name, Map<String, BpfMap> maps) implements BpfProgram {

    @Override
    public ProgramType type() {
        return ProgramType.SCHED_CLS;
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public int fd() {
        return 1;
    }

    @Override
    public int verifiedInstructions() {
        return 0;
    }

    @Override
    public TestResult testRun(TestRun run) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void pin(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
