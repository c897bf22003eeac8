package io.stentor.model;

import java.util.function.Function;

/// The name of one table of a [State], with the types of its keys and rows and how a row tells its key. Tables are
/// added here and nowhere else.
///
/// @param <K> the key
/// @param <R> the row, a record
public final class Table<K, R> implements Comparable<Table<?, ?>> {
    /// Nodes of the cluster by name.
    public static final Table<String, Node> NODES = new Table<>("nodes", Node::name);

    /// Pods of this node by endpoint ID.
    public static final Table<Integer, Endpoint> ENDPOINTS = new Table<>("endpoints", Endpoint::id);

    /// Pods of other nodes by address.
    public static final Table<IpAddress, RemotePod> PODS = new Table<>("pods", RemotePod::address);

    /// Ranges outside the cluster that pods reach with their own address, beside those of the configuration.
    public static final Table<Cidr, Cidr> UNMASQUERADED = new Table<>("unmasqueraded", range -> range);

    /// Services that have addresses.
    public static final Table<ServiceName, Service> SERVICES = new Table<>("services", Service::name);

    /// What stands behind services.
    public static final Table<SliceName, EndpointSlice> SLICES = new Table<>("slices", EndpointSlice::name);

    /// This node alone, by its name: what Kubernetes says of it beside its addresses.
    public static final Table<String, OwnNode> OWN_NODE = new Table<>("own_node", OwnNode::name);

    /// All addresses of this host.
    public static final Table<IpAddress, HostAddress> HOST_ADDRESSES =
            new Table<>("host_addresses", HostAddress::address);

    private final String name;
    private final Function<R, K> key;

    private Table(String name, Function<R, K> key) {
        this.name = name;
        this.key = key;
    }

    /// The key under which a row stands.
    public K key(R row) {
        return key.apply(row);
    }

    @Override
    public int compareTo(Table<?, ?> other) {
        return name.compareTo(other.name);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /// As the command line names it.
    @Override
    public String toString() {
        return name;
    }
}
