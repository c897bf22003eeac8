package io.stentor.kernel.bpf;

/// What a program is run on.
///
/// @param packet  from its Ethernet header on, at least 14 bytes
/// @param context a `struct __sk_buff` or `struct xdp_md` with the fields set that the kernel lets be set (mark, cb,
///     ifindex, …), or nothing
/// @param repeat  how often, at least 1; the result is that of the last
@SuppressWarnings("ArrayRecordComponent")
public record TestRun(byte[] packet, byte[] context, int repeat) {
    public static TestRun of(byte[] packet) {
        return new TestRun(packet, new byte[0], 1);
    }

    public TestRun withContext(byte[] newContext) {
        return new TestRun(packet, newContext, repeat);
    }

    public TestRun repeated(int times) {
        return new TestRun(packet, context, times);
    }
}
