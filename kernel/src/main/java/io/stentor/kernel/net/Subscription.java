package io.stentor.kernel.net;

/// Events are delivered until this is closed.
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
