package io.stentor.datapath.explain;

import io.stentor.bpf.generated.Config;

/// The node's programs, for packets that nobody has sent. Nothing that others see is changed by them.
public interface DryRuns {

    /// The programs' configuration.
    Config config();

    /// Runs the program at a hook on a packet.
    ///
    /// @throws io.stentor.kernel.KernelException if the kernel does not load or run it, for want of
    ///     memory or because the link is gone
    Outcome run(Trial trial);
}
