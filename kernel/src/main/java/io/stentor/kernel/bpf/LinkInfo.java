package io.stentor.kernel.bpf;

/// What the kernel says about an attachment.
///
/// @param kind      how it is attached
/// @param id        the kernel's number for the link; 0 for a filter
/// @param programId of the program that runs
/// @param ifindex   of the device; 0 if it is gone, or the hook is none of a device
/// @param cgroup    the cgroup's number (the inode of its directory); 0 if it is gone, or the hook is none of a cgroup
public record LinkInfo(Kind kind, int id, int programId, int ifindex, long cgroup) {
    public enum Kind {
        TCX,
        /// A filter in direct-action mode on a clsact qdisc.
        FILTER,
        XDP,
        CGROUP,
        NETNS,
        OTHER
    }
}
