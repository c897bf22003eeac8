package io.stentor.lab;

import io.stentor.lab.topology.Topology;

final class Daemon implements AutoCloseable {
    Daemon(Topology t, Checkout c) {}

    void run() {}

    @Override
    public void close() {}
}
