package io.stentor.datapath;

/// The Internet checksum (RFC 1071).
final class Checksum {
    private Checksum() {}

    /// The sum of big-endian words, carries folded in, not yet complemented.
    static int sum(byte[] bytes, int start) {
        long sum = start;
        for (int i = 0; i < bytes.length; i += 2) {
            int low = i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0;
            sum += (bytes[i] & 0xff) << 8 | low;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    static int of(byte[] bytes) {
        return ~sum(bytes, 0) & 0xffff;
    }

    /// Of an L4 packet whose checksum field is zero.
    ///
    /// @param addresses source and destination
    static int of(byte[] bytes, byte[] addresses, int protocol) {
        int pseudo = sum(addresses, protocol + (bytes.length & 0xffff));
        return ~sum(bytes, pseudo) & 0xffff;
    }
}
