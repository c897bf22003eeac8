package io.stentor.kernel;

/// A call into the kernel that failed.
///
/// The message reads `call object: EEXIST (already there): detail`.
public class KernelException extends RuntimeException {
    private final String call;
    private final String object;
    private final int errno;
    private final String detail;

    /// @param call   the system call or operation, as its manual page names it
    /// @param object what it was called on
    /// @param errno  the kernel's error number, see [Errno]
    /// @param detail what more the kernel said (extended acknowledgement, verifier), or ""
    public KernelException(String call, String object, int errno, String detail) {
        super(call + " " + object + ": " + Errno.describe(errno) + (detail.isEmpty() ? "" : ": " + detail));
        this.call = call;
        this.object = object;
        this.errno = errno;
        this.detail = detail;
    }

    public String call() {
        return call;
    }

    public String object() {
        return object;
    }

    public int errno() {
        return errno;
    }

    public String detail() {
        return detail;
    }
}
