package io.stentor.kernel;

/// A batch of map operations that ended early. The first [#done] of its entries took effect, the one after them is the
/// one that failed; what follows it was not tried.
public final class BatchFailed extends KernelException {
    private final int done;

    public BatchFailed(String call, String object, int errno, int done) {
        super(call, object, errno, "after " + done + " entries");
        this.done = done;
    }

    public int done() {
        return done;
    }
}
