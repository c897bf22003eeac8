package io.stentor.kernel;

import java.util.Map;

/// Linux' error numbers by name (x86-64 and arm64 agree on them).
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int E2BIG = 7;
    public static final int EIO = 5;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int ERANGE = 34;
    public static final int ENOSYS = 38;
    public static final int ENOLINK = 67;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;
    public static final int ETIMEDOUT = 110;
    public static final int EHOSTUNREACH = 113;
    public static final int ENOTSUPP = 524;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(EPERM, "EPERM (not permitted)"),
            Map.entry(ENOENT, "ENOENT (does not exist)"),
            Map.entry(ESRCH, "ESRCH (does not exist)"),
            Map.entry(EINTR, "EINTR (interrupted)"),
            Map.entry(EIO, "EIO (input or output error)"),
            Map.entry(6, "ENXIO (no such device or address)"),
            Map.entry(E2BIG, "E2BIG (too many or too long)"),
            Map.entry(EBADF, "EBADF (bad file descriptor)"),
            Map.entry(EAGAIN, "EAGAIN (try again)"),
            Map.entry(ENOMEM, "ENOMEM (out of memory)"),
            Map.entry(EACCES, "EACCES (permission denied)"),
            Map.entry(EFAULT, "EFAULT (bad address)"),
            Map.entry(EBUSY, "EBUSY (busy)"),
            Map.entry(EEXIST, "EEXIST (already there)"),
            Map.entry(18, "EXDEV (across file systems)"),
            Map.entry(ENODEV, "ENODEV (no such device)"),
            Map.entry(20, "ENOTDIR (not a directory)"),
            Map.entry(21, "EISDIR (a directory)"),
            Map.entry(EINVAL, "EINVAL (invalid argument)"),
            Map.entry(24, "EMFILE (too many open files)"),
            Map.entry(ENOSPC, "ENOSPC (no space left)"),
            Map.entry(EROFS, "EROFS (read-only)"),
            Map.entry(ERANGE, "ERANGE (out of range)"),
            Map.entry(36, "ENAMETOOLONG (name too long)"),
            Map.entry(ENOSYS, "ENOSYS (no such system call)"),
            Map.entry(39, "ENOTEMPTY (not empty)"),
            Map.entry(ENOLINK, "ENOLINK (link severed)"),
            Map.entry(75, "EOVERFLOW (too large)"),
            Map.entry(90, "EMSGSIZE (message too long)"),
            Map.entry(93, "EPROTONOSUPPORT (protocol not supported)"),
            Map.entry(EOPNOTSUPP, "EOPNOTSUPP (not supported)"),
            Map.entry(97, "EAFNOSUPPORT (address family not supported)"),
            Map.entry(98, "EADDRINUSE (address in use)"),
            Map.entry(EADDRNOTAVAIL, "EADDRNOTAVAIL (no such address here)"),
            Map.entry(100, "ENETDOWN (network is down)"),
            Map.entry(ENETUNREACH, "ENETUNREACH (network unreachable)"),
            Map.entry(ENOBUFS, "ENOBUFS (no buffer space)"),
            Map.entry(ETIMEDOUT, "ETIMEDOUT (timed out)"),
            Map.entry(111, "ECONNREFUSED (refused)"),
            Map.entry(EHOSTUNREACH, "EHOSTUNREACH (host unreachable)"),
            Map.entry(ENOTSUPP, "ENOTSUPP (not supported by this kind)"));

    private Errno() {}

    /// Name and meaning, for example `EEXIST (already there)`; `errno 77` for the rare ones.
    public static String describe(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }
}
