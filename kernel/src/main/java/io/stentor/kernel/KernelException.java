package io.stentor.kernel;

/// A call into the kernel that failed.
public class KernelException extends RuntimeException {
    private final int errno;

    /// @param call   the system call or operation, as its manual page names it
    /// @param object what it was called on
    /// @param errno  the kernel's error number
    /// @param detail what more the kernel said, or ""
    public KernelException(String call, String object, int errno, String detail) {
        super(call + " " + object + ": errno " + errno + (detail.isEmpty() ? "" : ": " + detail));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
