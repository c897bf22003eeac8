package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.ProgramType;
import io.stentor.kernel.bpf.TestRun;
import io.stentor.kernel.linux.BpfCall.Command;
import io.stentor.kernel.net.LinkSpec;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Finds out what the kernel can by trying, as distributions carry features back to older versions.
final class Probes {
    private static final int LOOPBACK = 1;
    private static final int LOG_SIZE = 4096;
    private static final int PROBE_PORT = 8472;
    private static final int XDP_HAS_FRAGS = 1 << 5;
    private static final int CGROUP_INET4_CONNECT = 10;
    /// ENCAP_L3_IPV4, ENCAP_L4_UDP, ENCAP_L2_ETH, and an inner Ethernet header of 14 bytes.
    private static final int ENCAP_LOW = 1 << 1 | 1 << 4 | 1 << 6;

    private static final int ENCAP_HIGH = 14 << 24;

    private Probes() {}

    static boolean has(Feature feature) {
        return switch (feature) {
            case EBPF -> helper(ProgramType.SCHED_CLS, 0, 1);
            case RING_BUFFER -> helper(ProgramType.SCHED_CLS, 0, 130);
            case REDIRECT_PEER -> helper(ProgramType.SCHED_CLS, 0, 155);
            case TRAFFIC_CONTROL -> tcx() || clsact();
            case VXLAN -> vxlan();
            case BTF -> Files.isReadable(Path.of("/sys/kernel/btf/vmlinux"));
            // bpf_ktime_get_coarse_ns came in the same release and cannot be missing with it
            case MEMCG_ACCOUNTING -> helper(ProgramType.SCHED_CLS, 0, 160);
            case COARSE_CLOCK -> helper(ProgramType.SCHED_CLS, 0, 160);
            case CHECK_MTU -> helper(ProgramType.SCHED_CLS, 0, 163);
            case LPM_BATCH -> lpmBatch();
            case ENCAP_L2_ETH -> encapL2();
            case NETNS_COOKIE -> Namespaces.cookie() != 0;
            case TIMER -> helper(ProgramType.SCHED_CLS, 0, 169);
            case LOOP -> helper(ProgramType.SCHED_CLS, 0, 181);
            case SET_RETVAL -> helper(ProgramType.CGROUP_SOCK_ADDR, CGROUP_INET4_CONNECT, 187);
            case XDP_FRAGS -> xdpFrags();
            case TCX -> tcx();
        };
    }

    /// Calls the helper without its arguments: the verifier either does not know it or complains of something else.
    private static boolean helper(ProgramType type, int attachType, int number) {
        try (var call = new BpfCall(Command.PROG_LOAD)) {
            MemorySegment log = call.allocate(LOG_SIZE);
            program(call, type, instructions(0x85, 0, number, 0x95, 0, 0));
            int result = call.u32(24, 1)
                    .u32(28, LOG_SIZE)
                    .pointer(32, log)
                    .u32(68, attachType)
                    .call();
            if (result >= 0) {
                new Fd(result).close();
                return true;
            }
            if (result == -Errno.EPERM) {
                throw call.failure("probe", Errno.EPERM, "root, or CAP_BPF and CAP_NET_ADMIN, is needed");
            }
            if (result == -Errno.ENOSYS) {
                return false;
            }
            byte[] bytes = log.toArray(JAVA_BYTE);
            String text = new String(bytes, StandardCharsets.UTF_8);
            return !text.contains("invalid func ")
                    && !text.contains("unknown func ")
                    && !text.contains("program of this type cannot use helper ");
        }
    }

    /// A program that asks for room for a tunnel's headers; the helper refuses flags that it does not know.
    private static boolean encapL2() {
        byte[] code = instructions(
                // r2 = 50, r3 = BPF_ADJ_ROOM_MAC, r4 = flags (a 64-bit load takes two), call bpf_skb_adjust_room
                0xb7, 2, 50, 0xb7, 3, 1, 0x18, 4, ENCAP_LOW, 0x00, 0, ENCAP_HIGH, 0x85, 0, 50, 0x95, 0, 0);
        try (var call = new BpfCall(Command.PROG_LOAD)) {
            program(call, ProgramType.SCHED_CLS, code);
            int result = call.call();
            if (result < 0) {
                return false;
            }
            try (LinuxProgram program = LinuxProgram.of(new Fd(result), "encap_l2_eth")) {
                byte[] packet = new byte[64];
                packet[12] = 8;
                packet[14] = 0x45;
                return program.testRun(TestRun.of(packet)).value() == 0;
            } catch (KernelException e) {
                return false;
            }
        }
    }

    private static boolean xdpFrags() {
        try (var call = new BpfCall(Command.PROG_LOAD)) {
            program(call, ProgramType.XDP, instructions(0xb7, 0, 2, 0x95, 0, 0));
            int result = call.u32(44, XDP_HAS_FRAGS).call();
            if (result >= 0) {
                new Fd(result).close();
            }
            return result >= 0;
        }
    }

    private static boolean lpmBatch() {
        try (LinuxMap map = LinuxMap.create(MapSpec.of("probe", MapType.LPM_TRIE, 8, 4, 1));
                var call = new BpfCall(Command.MAP_LOOKUP_BATCH)) {
            int result = call.pointer(8, call.allocate(8))
                    .pointer(16, call.allocate(8))
                    .pointer(24, call.allocate(8))
                    .u32(32, 1)
                    .u32(36, map.fd())
                    .call();
            return result >= 0 || result == -Errno.ENOENT;
        }
    }

    /// Every network namespace has a loopback with index 1.
    private static boolean tcx() {
        try (var call = new BpfCall(Command.PROG_QUERY)) {
            return call.u32(0, LOOPBACK).u32(4, 46).call() >= 0;
        }
    }

    /// In a namespace of its own, which is gone when this returns.
    private static boolean clsact() {
        return Namespaces.inFresh(() -> {
            try (var call = new BpfCall(Command.PROG_LOAD)) {
                program(call, ProgramType.SCHED_CLS, instructions(0xb7, 0, 0, 0x95, 0, 0));
                int result = call.call();
                if (result < 0) {
                    return false;
                }
                try (LinuxProgram program = LinuxProgram.of(new Fd(result), "probe");
                        var _ = FilterLink.attach(program, new Hook.Tc(LOOPBACK, Hook.Direction.INGRESS), false)) {
                    return true;
                } catch (KernelException refused) {
                    return false;
                }
            }
        });
    }

    private static boolean vxlan() {
        return Namespaces.inFresh(() -> {
            try (LinuxNetlink netlink = LinuxNetlink.open(Path.of("/proc/thread-self/ns/net"))) {
                return netlink.addLink(new LinkSpec.Vxlan("probe", List.of(), PROBE_PORT))
                        .isPresent();
            } catch (KernelException refused) {
                return false;
            }
        });
    }

    private static void program(BpfCall call, ProgramType type, byte[] code) {
        call.u32(0, type.number())
                .u32(4, code.length / 8)
                .bytes(8, code)
                .path(16, "GPL")
                .name(48, "probe");
    }

    /// @param parts operation, destination register and immediate value of one instruction after the other
    private static byte[] instructions(int... parts) {
        var code = ByteBuffer.allocate(parts.length / 3 * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < parts.length; i += 3) {
            code.put((byte) parts[i])
                    .put((byte) parts[i + 1])
                    .putShort((short) 0)
                    .putInt(parts[i + 2]);
        }
        return code.array();
    }
}
