package io.stentor.bpf;

/// The kernel's kinds of map that the datapath uses, with the kernel's numbers (`enum bpf_map_type`).
public enum MapType {
    HASH(1),
    ARRAY(2),
    PROG_ARRAY(3),
    PERF_EVENT_ARRAY(4),
    PERCPU_HASH(5),
    PERCPU_ARRAY(6),
    LRU_HASH(9),
    LRU_PERCPU_HASH(10),
    LPM_TRIE(11),
    ARRAY_OF_MAPS(12),
    HASH_OF_MAPS(13),
    DEVMAP(14),
    SOCKMAP(15),
    CPUMAP(16),
    SOCKHASH(18),
    QUEUE(22),
    STACK(23),
    SK_STORAGE(24),
    DEVMAP_HASH(25),
    RINGBUF(27);

    private final int code;

    MapType(int code) {
        this.code = code;
    }

    /// The kernel's number.
    public int code() {
        return code;
    }

    /// @throws IllegalArgumentException if the number is none of these
    public static MapType of(int code) {
        for (MapType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IllegalArgumentException("no map type that the floor kernel 5.10 has and we use: " + code);
    }

    /// Whether a value read is one per possible processor, each rounded up to eight bytes.
    public boolean perCpu() {
        return switch (this) {
            case PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH -> true;
            default -> false;
        };
    }
}
