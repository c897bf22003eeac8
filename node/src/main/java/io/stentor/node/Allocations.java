package io.stentor.node;

import io.stentor.model.Addresses;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.node.NodeSettings.Families;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Which endpoint IDs and pod addresses are taken, and which come next.
///
/// Nothing is kept here that endpoints do not say: [Endpoints] fills it from their files at start. Both go round their
/// range, so that what was released comes back as late as can be and nobody's packets reach a successor,
/// after a restart either.
///
/// Pools are the pod CIDRs of this node, in their order. Not given are a range's first address (the network, the
/// subnet routers' anycast), the last one of an IPv4 range (broadcast), and what the node itself has.
final class Allocations {
    private static final int LAST_ID = 65535;

    private final Supplier<Optional<Node>> self;
    private final Families families;
    private final BitSet ids = new BitSet(LAST_ID + 1);
    private final Set<IpAddress> taken = new HashSet<>();
    private final Map<Family, IpAddress> latest = new EnumMap<>(Family.class);
    private int latestId;

    /// @param id        for the endpoint, 1 to 65535
    /// @param addresses one of each family in use
    record Granted(int id, Addresses addresses) {}

    /// @param self this node's own row of State, empty until it is known
    Allocations(Supplier<Optional<Node>> self, Families families) {
        this.self = self;
        this.families = families;
    }

    /// What has to come before there can be any address; empty when nothing has.
    Optional<String> lacking() {
        Optional<Node> node = self.get();
        if (node.isEmpty()) {
            return Optional.of("this node is not known yet: its CiliumNode has not been read");
        }
        return Arrays.stream(Family.values())
                .filter(families::has)
                .filter(family -> node.get().podCidrs().stream().noneMatch(range -> range.family() == family))
                .map(family -> "this node has no " + name(family)
                        + " pod CIDR yet: the operator gives it one, or the Node's spec.podCIDRs do")
                .findFirst();
    }

    /// Takes an ID and an address of each family.
    ///
    /// @throws CniError if a pool has none left, or the node has none yet
    synchronized Granted grant() throws CniError {
        Optional<String> lacking = lacking();
        if (lacking.isPresent()) {
            throw new CniError(CniError.TRY_AGAIN, lacking.get());
        }
        Node node = self.get().orElseThrow();
        Optional<IpAddress> ipv4 = families.ipv4() ? Optional.of(next(node, Family.IPV4)) : Optional.empty();
        Optional<IpAddress> ipv6 = families.ipv6() ? Optional.of(next(node, Family.IPV6)) : Optional.empty();
        Granted granted = new Granted(nextId(), new Addresses(ipv4, ipv6));
        hold(granted.id, granted.addresses);
        return granted;
    }

    /// Marks as taken what an endpoint has.
    ///
    /// @return false, and nothing marked, if part of it was taken before
    synchronized boolean hold(int id, Addresses addresses) {
        if (ids.get(id) || addresses.all().stream().anyMatch(taken::contains)) {
            return false;
        }
        ids.set(id);
        latestId = id;
        addresses.all().forEach(this::hold);
        return true;
    }

    /// Whether no ID was taken after this one.
    synchronized boolean isLatest(int id) {
        return latestId == id;
    }

    /// Goes on behind what an endpoint had that is gone.
    synchronized void pass(int id, Addresses addresses) {
        if (hold(id, addresses)) {
            release(id, addresses);
        }
    }

    /// Marks as taken an address that no endpoint accounts for.
    synchronized void hold(IpAddress address) {
        taken.add(address);
        latest.put(address.family(), address);
    }

    synchronized void release(IpAddress address) {
        taken.remove(address);
    }

    synchronized void release(int id, Addresses addresses) {
        ids.clear(id);
        taken.removeAll(addresses.all());
    }

    synchronized Set<IpAddress> taken() {
        return Set.copyOf(taken);
    }

    private int nextId() throws CniError {
        int id = ids.nextClearBit(latestId + 1);
        if (id > LAST_ID) {
            id = ids.nextClearBit(1);
        }
        if (id > LAST_ID) {
            throw new CniError(CniError.EXHAUSTED, "all 65535 endpoint IDs of this node are in use");
        }
        return id;
    }

    private IpAddress next(Node node, Family family) throws CniError {
        List<Pool> pools = node.podCidrs().stream()
                .filter(range -> range.family() == family)
                .map(Pool::new)
                .toList();
        Set<IpAddress> own = new HashSet<>();
        node.addresses().stream().map(NodeAddress::address).forEach(own::add);
        IpAddress before = latest.get(family);
        int start = before == null ? -1 : indexOf(pools, before);
        long offset = start < 0 ? -1 : pools.get(start).offset(before);
        start = Math.max(start, 0);
        // The rest of the range that the last address came from, the other ranges in turn, then its beginning.
        for (int i = 0; i <= pools.size(); i++) {
            Pool pool = pools.get((start + i) % pools.size());
            long first = i == 0 ? Math.max(offset + 1, pool.first) : pool.first;
            long last = i == pools.size() ? Math.min(offset, pool.last) : pool.last;
            for (long o = first; o <= last && o >= 0; o++) {
                IpAddress address = pool.range.address().plus(o);
                if (!taken.contains(address) && !own.contains(address)) {
                    return address;
                }
            }
        }
        throw new CniError(CniError.EXHAUSTED, exhausted(pools));
    }

    /// The sentence for a full pool; names it, so that its owner knows what to widen.
    private static String exhausted(List<Pool> pools) {
        String names =
                String.join(", ", pools.stream().map(p -> p.range.toString()).toList());
        long size = pools.stream().mapToLong(p -> p.last - p.first + 1).sum();
        return "no free address in " + (pools.size() == 1 ? "pool " : "pools ") + names + ": all " + size
                + " are in use";
    }

    private static int indexOf(List<Pool> pools, IpAddress address) {
        for (int i = 0; i < pools.size(); i++) {
            if (pools.get(i).range.contains(address)) {
                return i;
            }
        }
        return -1;
    }

    private static String name(Family family) {
        return switch (family) {
            case IPV4 -> "IPv4";
            case IPV6 -> "IPv6";
        };
    }

    /// A range by the offsets of what is given out of it. IPv6 ranges count up to 2^62, nobody gets there.
    private record Pool(Cidr range, long first, long last) {
        Pool(Cidr range) {
            this(range, first(range), last(range));
        }

        private static int hostBits(Cidr range) {
            return Math.min(range.family().bits() - range.prefix(), 62);
        }

        private static long first(Cidr range) {
            return hostBits(range) < 2 ? 0 : 1;
        }

        private static long last(Cidr range) {
            long all = (1L << hostBits(range)) - 1;
            return range.family() == Family.IPV4 && hostBits(range) >= 2 ? all - 1 : all;
        }

        long offset(IpAddress address) {
            return address.low() - range.address().low();
        }
    }
}
