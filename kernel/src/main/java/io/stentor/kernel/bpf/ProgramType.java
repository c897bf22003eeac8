package io.stentor.kernel.bpf;

/// Types of program, by their numbers in `linux/bpf.h`.
public enum ProgramType {
    SOCKET_FILTER(1),
    SCHED_CLS(3),
    SCHED_ACT(4),
    XDP(6),
    CGROUP_SKB(8),
    CGROUP_SOCK(9),
    SOCK_OPS(13),
    CGROUP_SOCK_ADDR(18),
    CGROUP_SOCKOPT(25),
    SK_LOOKUP(30),
    /// A type that this code has no name for.
    OTHER(-1);

    private final int number;

    ProgramType(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static ProgramType of(int number) {
        for (ProgramType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return OTHER;
    }
}
