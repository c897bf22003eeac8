package io.stentor.kube.cluster;

import io.stentor.kube.Pool;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which node has which pod CIDRs, and what is free for the next one. What a node has is never changed and never taken
/// away, even when two nodes have the same: that is an error which is told of the one that came later.
///
/// Not thread-safe.
final class PodCidrs {

    private final List<Pool> pools;

    /// Ranges in use, each with its nodes. CIDRs are nested or disjoint, never crossed.
    private final TreeMap<Cidr, List<String>> used = new TreeMap<>();

    private final Map<String, List<Cidr>> nodes = new HashMap<>();
    private final Map<String, Long> arrivals = new HashMap<>();
    private long arrived;

    /// Where to search next in each pool, so that many nodes at once cost no more than one by one, and a range that
    /// was given back is not given out again at once.
    private final Map<Cidr, BigInteger> cursors = new HashMap<>();

    PodCidrs(List<Pool> pools) {
        this.pools = pools;
    }

    /// @param cidrs  what the node shall have: what it has, and one more of each family that it had none of
    /// @param errors what is wrong, as sentences
    record Allocation(List<Cidr> cidrs, List<String> errors) {}

    /// Takes note of what a node has.
    void has(String node, List<Cidr> cidrs) {
        if (cidrs.equals(nodes.get(node))) {
            return;
        }
        remove(node);
        arrivals.putIfAbsent(node, arrived++);
        nodes.put(node, List.copyOf(cidrs));
        for (Cidr cidr : cidrs) {
            used.computeIfAbsent(cidr, c -> new ArrayList<>()).add(node);
        }
    }

    /// A node is gone, and what it had is free.
    ///
    /// @return whether it had anything
    boolean release(String node) {
        arrivals.remove(node);
        return remove(node);
    }

    private boolean remove(String node) {
        List<Cidr> had = nodes.remove(node);
        if (had == null) {
            return false;
        }
        for (Cidr cidr : had) {
            List<String> owners = used.get(cidr);
            if (owners != null && owners.remove(node) && owners.isEmpty()) {
                used.remove(cidr);
            }
        }
        return !had.isEmpty();
    }

    /// Gives a node what it lacks. The answer is noted at once.
    Allocation allocate(String node) {
        List<Cidr> cidrs = new ArrayList<>(nodes.getOrDefault(node, List.of()));
        List<String> errors = new ArrayList<>();
        for (Cidr cidr : cidrs) {
            earlier(cidr, node).ifPresent(errors::add);
            smaller(cidr).ifPresent(errors::add);
        }
        for (Pool pool : pools) {
            if (cidrs.stream().noneMatch(c -> c.family() == pool.family())) {
                Optional<Cidr> free = free(pool);
                free.ifPresent(cidrs::add);
                if (free.isEmpty()) {
                    errors.add("no " + (pool.family() == Family.IPV4 ? "IPv4" : "IPv6") + " /" + pool.maskSize()
                            + " is left in the pool " + pool.cidrs() + ": add a range to cluster-pool-"
                            + (pool.family() == Family.IPV4 ? "ipv4" : "ipv6") + "-cidr");
                }
            }
        }
        has(node, cidrs);
        return new Allocation(List.copyOf(cidrs), errors);
    }

    /// Node count that has a CIDR of the family.
    long count(Family family) {
        return nodes.values().stream()
                .filter(cidrs -> cidrs.stream().anyMatch(c -> c.family() == family))
                .count();
    }

    private Optional<String> earlier(Cidr cidr, String node) {
        for (Cidr other : overlapping(cidr)) {
            for (String owner : used.getOrDefault(other, List.of())) {
                if (arrival(owner) < arrival(node)) {
                    return Optional.of(cidr + " overlaps " + other + " of node " + owner);
                }
            }
        }
        return Optional.empty();
    }

    /// What a node has may come from an earlier configuration, or from somebody's hand.
    private Optional<String> smaller(Cidr cidr) {
        return pools.stream()
                .filter(pool -> pool.family() == cidr.family() && pool.maskSize() < cidr.prefix())
                .map(pool -> cidr + " is smaller than the /" + pool.maskSize()
                        + " asked for: it stays until the CiliumNode is made anew")
                .findFirst();
    }

    private long arrival(String node) {
        return arrivals.getOrDefault(node, Long.MAX_VALUE);
    }

    private SortedSet<Cidr> overlapping(Cidr cidr) {
        SortedSet<Cidr> found = new TreeSet<>();
        for (int prefix = 0; prefix < cidr.prefix(); prefix++) {
            Cidr around = new Cidr(cidr.address(), prefix);
            if (used.containsKey(around)) {
                found.add(around);
            }
        }
        for (Cidr inside : used.tailMap(cidr, true).keySet()) {
            if (!cidr.overlaps(inside)) {
                break;
            }
            found.add(inside);
        }
        return found;
    }

    private Optional<Cidr> free(Pool pool) {
        for (Cidr range : pool.cidrs()) {
            BigInteger start = number(range.address());
            BigInteger from = cursors.getOrDefault(range, start);
            Cidr found = free(range, pool.maskSize(), from, end(range));
            if (found == null) {
                found = free(range, pool.maskSize(), start, from);
            }
            if (found != null) {
                cursors.put(range, end(found));
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /// The first free block that starts in `[from, to)`; both are multiples of the block's size.
    private @Nullable Cidr free(Cidr range, int maskSize, BigInteger from, BigInteger to) {
        BigInteger at = from;
        while (at.compareTo(to) < 0) {
            Cidr block = new Cidr(address(at, range.family()), maskSize);
            SortedSet<Cidr> blockers = overlapping(block);
            if (blockers.isEmpty()) {
                return block;
            }
            // Whatever blocks is inside the block, or around it and ends on a multiple of the block's size.
            at = end(block).max(end(blockers.first()));
        }
        return null;
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(1, address.bytes());
    }

    private static BigInteger end(Cidr cidr) {
        return number(cidr.address()).add(BigInteger.ONE.shiftLeft(cidr.family().bits() - cidr.prefix()));
    }

    private static IpAddress address(BigInteger number, Family family) {
        byte[] digits = number.toByteArray();
        byte[] bytes = new byte[family.bytes()];
        int length = Math.min(digits.length, bytes.length);
        System.arraycopy(digits, digits.length - length, bytes, bytes.length - length, length);
        return IpAddress.of(bytes);
    }
}
