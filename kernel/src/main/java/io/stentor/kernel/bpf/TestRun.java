package io.stentor.kernel.bpf;

/// What a program is run on.
///
/// @param packet  from its Ethernet header on, at least 14 bytes
/// @param context a `struct __sk_buff` or `struct xdp_md` with the fields set that the kernel lets be set (mark, cb,
///     ifindex, …), or nothing
/// @param repeat  how often, at least 1; the result is that of the last
/// @param summed  as from a device that has summed up all that it received (`CHECKSUM_COMPLETE`): it is an error
///     (`EBADMSG`) when that sum does not fit the packet afterwards. Needs a kernel of 6.11
@SuppressWarnings("ArrayRecordComponent")
public record TestRun(byte[] packet, byte[] context, int repeat, boolean summed) {
    public static TestRun of(byte[] packet) {
        return new TestRun(packet, new byte[0], 1, false);
    }

    public TestRun withContext(byte[] newContext) {
        return new TestRun(packet, newContext, repeat, summed);
    }

    public TestRun repeated(int times) {
        return new TestRun(packet, context, times, summed);
    }

    public TestRun withSum() {
        return new TestRun(packet, context, repeat, true);
    }
}
