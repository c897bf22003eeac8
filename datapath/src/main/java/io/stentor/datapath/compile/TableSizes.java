package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Maps;
import java.util.Map;

/// How many connections there is room for.
///
/// By default a part of the machine's memory decides. A TCP connection in use that there is room for takes room for
/// half another connection, for a masqueraded one, and for those that begin and end beside them: [#BYTES] in all. Of
/// the part that `bpf-map-dynamic-size-ratio` gives to maps, two thirds are for these tables.
///
/// @param tcp   TCP connections in use
/// @param other other connections in use
/// @param nat   masqueraded ones among them
public record TableSizes(int tcp, int other, int nat) {
    /// Taken up by each TCP connection that there is room for: one and a half elements of a hash of 136 bytes and two
    /// buckets of 16, then by parts the elements of the other tables, with their bucket of 152 bytes each for
    /// connections, 136 for masqueraded ones.
    static final int BYTES = 520;

    /// Of a machine of small memory.
    static final TableSizes LEAST = new TableSizes(65536, 32768, 65536);

    private static final int MOST = 1 << 24;
    private static final int LEAST_LRU = 1024;

    /// What configuration says; 0 where memory decides.
    ///
    /// @param ratio part of the memory for maps, above 0 and at most 1
    public record Wanted(double ratio, int tcp, int other, int nat) {}

    /// @param memory of the machine, bytes
    public static TableSizes of(long memory, Wanted wanted) {
        double connections = Math.min(MOST, memory * wanted.ratio() * 2 / 3 / BYTES);
        int tcp = (int) Math.max(LEAST.tcp, connections);
        return new TableSizes(
                wanted.tcp() > 0 ? wanted.tcp() : tcp,
                wanted.other() > 0 ? wanted.other() : tcp / 2,
                wanted.nat() > 0 ? wanted.nat() : tcp);
    }

    /// Entries of each map that they decide on, by the map's name.
    public Map<String, Integer> entries() {
        int inUse = tcp + other;
        return Map.of(
                Maps.CT_ANSWERED.name(), inUse,
                Maps.CT_UNANSWERED.name(), Math.max(LEAST_LRU, inUse / 3),
                Maps.CT_OVERFLOW.name(), Math.max(LEAST_LRU, inUse / 6),
                Maps.NAT.name(), nat,
                Maps.NAT_UNANSWERED.name(), Math.max(LEAST_LRU, nat / 4));
    }
}
