package io.stentor.agent.api;

import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.State;
import java.util.List;

/// How full one of this node's ranges of pod addresses is.
///
/// @param capacity addresses that pods can get; those of ranges too large to count are 2^62
/// @param used     addresses that pods have
record PoolUse(Cidr pool, long capacity, long used) {
    private static final int COUNTABLE_BITS = 62;

    static List<PoolUse> of(State state, Node self) {
        List<IpAddress> given = state.endpoints()
                .values()
                .map(Endpoint::addresses)
                .flatMap(addresses -> addresses.all().stream())
                .toList();
        List<IpAddress> own =
                self.addresses().stream().map(NodeAddress::address).distinct().toList();
        return self.podCidrs().stream()
                .map(pool -> new PoolUse(pool, usable(pool) - within(pool, own), within(pool, given)))
                .toList();
    }

    private static long within(Cidr pool, List<IpAddress> addresses) {
        return addresses.stream().filter(pool::contains).count();
    }

    /// All but what no pod gets: the first address, and of IPv4 the last.
    private static long usable(Cidr pool) {
        int bits = Math.min(pool.family().bits() - pool.prefix(), COUNTABLE_BITS);
        long all = 1L << bits;
        return bits < 2 ? all : pool.family() == Family.IPV4 ? all - 2 : all - 1;
    }

    boolean full() {
        return used >= capacity;
    }
}
