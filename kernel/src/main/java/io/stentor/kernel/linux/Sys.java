package io.stentor.kernel.linux;

/// Numbers of the system calls that are used, for the two processors that Kubernetes nodes have.
enum Sys {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    MMAP(9, 222),
    MUNMAP(11, 215),
    SOCKET(41, 198),
    SENDTO(44, 206),
    RECVFROM(45, 207),
    BIND(49, 200),
    SETSOCKOPT(54, 208),
    GETSOCKOPT(55, 209),
    FCNTL(72, 25),
    STATFS(137, 43),
    MOUNT(165, 40),
    UMOUNT(166, 39),
    OPENAT(257, 56),
    PPOLL(271, 73),
    UNSHARE(272, 97),
    EVENTFD(290, 19),
    PRLIMIT(302, 261),
    SETNS(308, 268),
    BPF(321, 280);

    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    private final int x86;
    private final int arm;

    Sys(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    long number() {
        return ARM ? arm : x86;
    }

    /// As the manual names it.
    String title() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
