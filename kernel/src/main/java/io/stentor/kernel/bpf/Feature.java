package io.stentor.kernel.bpf;

/// What kernels differ in, and the version or build option that brought it. The first few are of every kernel from 5.10
/// on that was built for it, and nothing works without them; for the others there is another way.
public enum Feature {
    /// The system call itself.
    EBPF("CONFIG_BPF_SYSCALL"),
    /// Ring buffers from programs to processes.
    RING_BUFFER("5.8"),
    /// `bpf_redirect_peer` and `bpf_redirect_neigh`.
    REDIRECT_PEER("5.10"),
    /// Programs at the traffic control hook of a link, by whatever way.
    TRAFFIC_CONTROL("CONFIG_NET_SCH_INGRESS with CONFIG_NET_CLS_BPF"),
    /// VXLAN devices that take the tunnel from each packet's metadata.
    VXLAN("CONFIG_VXLAN"),
    /// Type information of the kernel itself, for libbpf's relocations.
    BTF("CONFIG_DEBUG_INFO_BTF"),
    /// Map memory is accounted to cgroups; before, RLIMIT_MEMLOCK limits it.
    MEMCG_ACCOUNTING("5.11"),
    /// `bpf_ktime_get_coarse_ns`.
    COARSE_CLOCK("5.11"),
    /// `bpf_check_mtu`.
    CHECK_MTU("5.12"),
    /// Batched operations on tries.
    LPM_BATCH("5.13"),
    /// `BPF_F_ADJ_ROOM_ENCAP_L2_ETH` of `bpf_skb_adjust_room`.
    ENCAP_L2_ETH("5.13"),
    /// `bpf_get_netns_cookie` in socket programs.
    NETNS_COOKIE("5.14"),
    /// `bpf_timer_init` and its kin.
    TIMER("5.15"),
    /// `bpf_loop`.
    LOOP("5.17"),
    /// `bpf_set_retval`.
    SET_RETVAL("5.18"),
    /// XDP programs that take packets of several fragments.
    XDP_FRAGS("5.18"),
    /// Links at the traffic control hook.
    TCX("6.6");

    private final String since;

    Feature(String since) {
        this.since = since;
    }

    /// The kernel version or build option that has it.
    public String since() {
        return since;
    }
}
