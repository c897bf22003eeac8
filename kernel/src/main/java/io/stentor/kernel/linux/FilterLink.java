package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.LinkInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Before TCX: a classifier of kind bpf, in direct-action mode, on the device's clsact qdisc, always at the same
/// priority and handle, so that replacing is one atomic step and a restarted agent finds it.
///
/// Works on the network namespace of the calling thread.
final class FilterLink implements BpfLink {
    private static final int RTM_NEWQDISC = 36;
    private static final int RTM_DELQDISC = 37;
    private static final int RTM_NEWTFILTER = 44;
    private static final int RTM_DELTFILTER = 45;
    private static final int RTM_GETTFILTER = 46;
    private static final int TC_H_CLSACT = 0xfffffff1;
    private static final int CLSACT_HANDLE = 0xffff0000;
    private static final int INGRESS = 0xfffffff2;
    private static final int EGRESS = 0xfffffff3;
    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_BPF_FD = 6;
    private static final int TCA_BPF_NAME = 7;
    private static final int TCA_BPF_FLAGS = 8;
    private static final int TCA_BPF_ID = 11;
    private static final int DIRECT_ACTION = 1;
    private static final int PRIORITY = 1;
    private static final int HANDLE = 0x53;
    /// ETH_P_ALL in network order.
    private static final int ALL_PROTOCOLS = 0x0300;

    record Found(int handle, int priority, int programId, String name) {}

    private final Hook.Tc hook;
    private boolean pinned;

    private FilterLink(Hook.Tc hook, boolean pinned) {
        this.hook = hook;
        this.pinned = pinned;
    }

    /// Makes the qdisc if there is none, and the filter; replaces what is at its handle.
    static FilterLink attach(BpfProgram program, Hook.Tc hook, boolean pinned) {
        try (NlSocket socket = NlSocket.open(0)) {
            var qdisc = new NlMessage(RTM_NEWQDISC, NlMessage.CREATE | NlMessage.EXCL)
                    .tc(hook.ifindex(), CLSACT_HANDLE, TC_H_CLSACT, 0)
                    .string(TCA_KIND, "clsact");
            socket.request(qdisc, "clsact on device " + hook.ifindex())
                    .filter(failure -> failure.errno() != Errno.EEXIST)
                    .ifPresent(failure -> {
                        throw failure;
                    });
        }
        replace(program, hook);
        return new FilterLink(hook, pinned);
    }

    private static void replace(BpfProgram program, Hook.Tc hook) {
        try (NlSocket socket = NlSocket.open(0)) {
            var filter = new NlMessage(RTM_NEWTFILTER, NlMessage.CREATE | NlMessage.REPLACE)
                    .tc(hook.ifindex(), HANDLE, parent(hook), PRIORITY << 16 | ALL_PROTOCOLS)
                    .string(TCA_KIND, "bpf")
                    .nest(
                            TCA_OPTIONS,
                            options -> options.u32(TCA_BPF_FD, program.fd())
                                    .string(TCA_BPF_NAME, program.name())
                                    .u32(TCA_BPF_FLAGS, DIRECT_ACTION));
            socket.must(filter, "filter of device " + hook.ifindex());
        }
    }

    /// All bpf filters at a hook, whoever made them.
    static List<Found> at(Hook.Tc hook) {
        List<Found> found = new ArrayList<>();
        try (NlSocket socket = NlSocket.open(0)) {
            var request = new NlMessage(RTM_GETTFILTER, 0).tc(hook.ifindex(), 0, parent(hook), 0);
            for (NlSocket.Reply reply : socket.dump(request, "filters of device " + hook.ifindex())) {
                var attributes = NlAttributes.of(reply.body(), 20);
                if (attributes.string(TCA_KIND).equals("bpf") && attributes.has(TCA_OPTIONS)) {
                    add(found, reply.body(), attributes.nested(TCA_OPTIONS));
                }
            }
        }
        return found;
    }

    private static void add(List<Found> found, ByteBuffer message, NlAttributes options) {
        if (options.has(TCA_BPF_ID)) {
            int id = options.u32(TCA_BPF_ID, 0);
            String name = options.string(TCA_BPF_NAME);
            found.add(new Found(message.getInt(8), message.getInt(16) >>> 16, id, name));
        }
    }

    private static int parent(Hook.Tc hook) {
        return hook.direction() == Hook.Direction.INGRESS ? INGRESS : EGRESS;
    }

    @Override
    public LinkInfo info() {
        for (Found filter : at(hook)) {
            if (filter.handle == HANDLE && filter.priority == PRIORITY) {
                return new LinkInfo(LinkInfo.Kind.FILTER, 0, filter.programId, hook.ifindex(), 0);
            }
        }
        return new LinkInfo(LinkInfo.Kind.FILTER, 0, 0, 0, 0);
    }

    @Override
    public void update(BpfProgram program) {
        replace(program, hook);
    }

    @Override
    public void pin(Path path) {
        pinned = true;
    }

    @Override
    public void detach() {
        try (NlSocket socket = NlSocket.open(0)) {
            var filter = new NlMessage(RTM_DELTFILTER, 0)
                    .tc(hook.ifindex(), HANDLE, parent(hook), PRIORITY << 16 | ALL_PROTOCOLS)
                    .string(TCA_KIND, "bpf");
            socket.request(filter, "filter of device " + hook.ifindex())
                    .filter(failure -> !gone(failure))
                    .ifPresent(failure -> {
                        throw failure;
                    });
        }
        pinned = true;
    }

    /// The filter, its qdisc or its device is no more.
    private static boolean gone(KernelException failure) {
        return failure.errno() == Errno.ENOENT || failure.errno() == Errno.ENODEV || failure.errno() == Errno.EINVAL;
    }

    /// Deletes the filter at our place, and the qdisc once no filter is on it.
    ///
    /// @return false if there was none of ours, or the device is gone
    static boolean remove(Hook.Tc hook) {
        try {
            FilterLink link = new FilterLink(hook, true);
            if (link.info().programId() == 0) {
                return false;
            }
            link.detach();
            if (at(new Hook.Tc(hook.ifindex(), Hook.Direction.INGRESS)).isEmpty()
                    && at(new Hook.Tc(hook.ifindex(), Hook.Direction.EGRESS)).isEmpty()) {
                removeQdisc(hook.ifindex());
            }
            return true;
        } catch (KernelException failure) {
            if (!gone(failure)) {
                throw failure;
            }
            return false;
        }
    }

    private static void removeQdisc(int ifindex) {
        try (NlSocket socket = NlSocket.open(0)) {
            var qdisc = new NlMessage(RTM_DELQDISC, 0)
                    .tc(ifindex, CLSACT_HANDLE, TC_H_CLSACT, 0)
                    .string(TCA_KIND, "clsact");
            socket.request(qdisc, "clsact of device " + ifindex)
                    .filter(failure -> !gone(failure))
                    .ifPresent(failure -> {
                        throw failure;
                    });
        }
    }

    @Override
    public void close() {
        if (!pinned) {
            detach();
        }
    }
}
