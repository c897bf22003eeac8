package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.ProgramType;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.kernel.bpf.TestRun;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A loaded program and the maps that it uses. It tracks connections as the real ones do: the former program is called
/// for every packet until its own layout is in charge, and after that for connections that it does not know.
record LivingProgram(LifetimeKernel kernel, String name, Map<String, BpfMap> maps, boolean succeeds)
        implements BpfProgram {

    private LivingMap map(String map) {
        return (LivingMap) maps.get(map);
    }

    /// Whether its tail calls lead somewhere.
    boolean works() {
        return maps.values().stream()
                .filter(map -> map.spec().type() == MapType.PROG_ARRAY
                        && !map.spec().name().equals("former"))
                .noneMatch(map -> ((LivingMap) map).calls.isEmpty());
    }

    private Optional<LivingProgram> former() {
        return succeeds
                ? Optional.ofNullable((LivingProgram) map("former").calls.get(LifetimeKernel.PLACES.get(name)))
                : Optional.empty();
    }

    private boolean isInCharge() {
        return map("takeover").entries.values().stream().anyMatch(number -> !Arrays.equals(number, new byte[8]));
    }

    /// How many programs a packet may pass.
    int depth() {
        return 1 + former().map(LivingProgram::depth).orElse(0);
    }

    /// Whether a packet of a connection finds it.
    boolean knows(byte[] connection) {
        boolean mine = map("conntrack").entries.containsKey(ByteBuffer.wrap(connection));
        return former().map(before -> (isInCharge() && mine) || before.knows(connection))
                .orElse(mine);
    }

    /// The first packet of a connection.
    void begin(byte[] connection, byte[] value) {
        Optional<LivingProgram> before = former().filter(_ -> !isInCharge());
        if (before.isPresent()) {
            before.get().begin(connection, value);
        } else {
            int size = map("conntrack").spec().valueSize();
            map("conntrack").entries.put(ByteBuffer.wrap(connection.clone()), Arrays.copyOf(value, size));
        }
    }

    @Override
    public ProgramType type() {
        return ProgramType.SCHED_CLS;
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public Set<Integer> mapIds() {
        return maps.values().stream().map(BpfMap::id).collect(Collectors.toSet());
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
        kernel.step();
        kernel.pin(path, this);
    }

    @Override
    public void close() {}

    /// As the kernel's objects: none is another.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
