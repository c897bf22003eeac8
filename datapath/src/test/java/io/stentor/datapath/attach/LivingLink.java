package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.LinkInfo;
import java.nio.file.Path;

/// A program at a hook; a filter stays there without a pin.
final class LivingLink implements BpfLink {
    final boolean filter;
    LivingProgram program;
    private final LifetimeKernel kernel;
    private final Hook hook;

    LivingLink(LifetimeKernel kernel, Hook hook, LivingProgram program, boolean filter) {
        this.kernel = kernel;
        this.hook = hook;
        this.program = program;
        this.filter = filter;
    }

    @Override
    public void detach() {
        kernel.step();
        kernel.hooks.remove(hook, this);
        kernel.pins.values().removeIf(pinned -> pinned == this);
        close();
    }

    @Override
    public void close() {
        kernel.closed(this);
    }

    @Override
    public LinkInfo info() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void update(BpfProgram next) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void pin(Path path) {
        throw new UnsupportedOperationException();
    }
}
