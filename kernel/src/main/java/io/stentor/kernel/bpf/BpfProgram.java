package io.stentor.kernel.bpf;

import java.nio.file.Path;
import java.util.Set;

/// A program that the verifier accepted. It lives while it is open, pinned, attached or in a pinned prog array.
public interface BpfProgram extends AutoCloseable {

    /// As the object names it; for programs opened from a pin the first 15 characters of that.
    String name();

    /// The kernel's number for the program, unique while it lives.
    int id();

    int fd();

    ProgramType type();

    /// The numbers of the maps that it uses, each once.
    Set<Integer> mapIds();

    /// Instructions that the verifier walked through, 0 where the kernel does not tell (below 5.16).
    int verifiedInstructions();

    /// Runs it on a packet that comes from nowhere (`BPF_PROG_TEST_RUN`).
    ///
    /// @throws io.stentor.kernel.KernelException ENOTSUPP for types that have no test run, such as socket programs
    TestResult testRun(TestRun run);

    void pin(Path path);

    @Override
    void close();
}
