package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.RingBuffer;
import java.util.List;

/// The part of eBPF that loading and attaching need; the rest refuses.
abstract class LoadingKernel implements Bpf {

    @Override
    public BpfLink attach(BpfProgram program, Hook hook) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Attached> attached(Hook hook) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RingBuffer ringBuffer(BpfMap ring) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int possibleCpus() {
        return 1;
    }
}
