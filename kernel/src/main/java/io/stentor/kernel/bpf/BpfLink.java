package io.stentor.kernel.bpf;

import java.nio.file.Path;

/// A program attached to a hook.
///
/// An attachment that is not pinned ends with [#close], one that is pinned with [#detach] or with its hook. Where a
/// filter stands in for TCX, [#pin] leaves no file: the filter itself stays, and
/// [Bpf#attach(BpfProgram, Hook, Path)] finds it again.
public interface BpfLink extends AutoCloseable {

    LinkInfo info();

    /// Lets the hook run another program from the next packet on; no packet sees neither.
    void update(BpfProgram program);

    void pin(Path path);

    /// Ends the attachment, pinned or not, and removes the pin that was made or opened through this object.
    void detach();

    @Override
    void close();
}
