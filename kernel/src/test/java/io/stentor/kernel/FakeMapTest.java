package io.stentor.kernel;

import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.fake.FakeKernel;

class FakeMapTest extends MapContract {
    private final Bpf bpf = new FakeKernel().bpf();

    @Override
    Bpf bpf() {
        return bpf;
    }
}
