package io.stentor.node;

import java.util.BitSet;
import java.util.StringJoiner;

/// A set of ports as `ip_local_reserved_ports` has it: `8080,30000-32767`.
///
/// @param ports never changed
record PortList(BitSet ports) {
    private static final int PORTS = 65536;

    /// @throws IllegalArgumentException if it is not such a list; an empty text is the empty one
    static PortList parse(String text) {
        BitSet ports = new BitSet();
        for (String part : text.isBlank() ? new String[0] : text.strip().split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            int first = port(ends[0], text);
            ports.set(first, port(ends[ends.length - 1], text) + 1);
        }
        return new PortList(ports);
    }

    private static int port(String number, String text) {
        if (!number.matches("[0-9]{1,5}") || Integer.parseInt(number) >= PORTS) {
            throw new IllegalArgumentException("'" + text + "' is not a list of ports");
        }
        return Integer.parseInt(number);
    }

    static PortList range(int first, int last) {
        BitSet ports = new BitSet();
        ports.set(first, last + 1);
        return new PortList(ports);
    }

    boolean isEmpty() {
        return ports.isEmpty();
    }

    boolean overlaps(PortList other) {
        return ports.intersects(other.ports);
    }

    PortList plus(PortList other) {
        BitSet all = (BitSet) ports.clone();
        all.or(other.ports);
        return new PortList(all);
    }

    PortList minus(PortList other) {
        BitSet rest = (BitSet) ports.clone();
        rest.andNot(other.ports);
        return new PortList(rest);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(",");
        for (int first = ports.nextSetBit(0); first >= 0; ) {
            int end = ports.nextClearBit(first);
            text.add(end - first == 1 ? Integer.toString(first) : first + "-" + (end - 1));
            first = ports.nextSetBit(end);
        }
        return text.toString();
    }
}
