package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.NotSupported;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.LinkInfo;
import io.stentor.kernel.linux.BpfCall.Command;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A `bpf_link`: an attachment that is a kernel object of its own.
final class KernelLink implements BpfLink {
    private static final int SK_LOOKUP = 36;
    private static final int XDP = 37;
    private static final int TCX_INGRESS = 46;
    private static final int TCX_EGRESS = 47;
    private static final int XDP_FLAGS_SKB_MODE = 2;
    private static final int XDP_FLAGS_DRV_MODE = 4;

    private final Fd fd;
    private @Nullable Path pin;

    /// @param pin where it is pinned, if it is
    KernelLink(Fd fd, @Nullable Path pin) {
        this.fd = fd;
        this.pin = pin;
    }

    static KernelLink create(BpfProgram program, Hook hook) {
        return switch (hook) {
            case Hook.Tc tc -> create(program, hook, tc.ifindex(), attachType(hook), 0);
            case Hook.Xdp xdp -> create(program, hook, xdp.ifindex(), attachType(hook), xdpFlags(xdp.mode()));
            case Hook.Cgroup cgroup -> {
                try (Fd directory = Fd.open(cgroup.directory())) {
                    yield create(program, hook, directory.number(), attachType(hook), 0);
                }
            }
            case Hook.SkLookup lookup -> {
                try (Fd netns = Fd.open(lookup.netns())) {
                    yield create(program, hook, netns.number(), attachType(hook), 0);
                }
            }
        };
    }

    static int attachType(Hook hook) {
        return switch (hook) {
            case Hook.Tc(int _, Hook.Direction direction) ->
                direction == Hook.Direction.INGRESS ? TCX_INGRESS : TCX_EGRESS;
            case Hook.Xdp _ -> XDP;
            case Hook.Cgroup cgroup -> cgroup.at().number();
            case Hook.SkLookup _ -> SK_LOOKUP;
        };
    }

    private static int xdpFlags(Hook.XdpMode mode) {
        return switch (mode) {
            case AUTO -> 0;
            case NATIVE -> XDP_FLAGS_DRV_MODE;
            case GENERIC -> XDP_FLAGS_SKB_MODE;
        };
    }

    private static KernelLink create(BpfProgram program, Hook hook, int target, int type, int flags) {
        try (var call = new BpfCall(Command.LINK_CREATE)) {
            call.u32(0, program.fd()).u32(4, target).u32(8, type).u32(12, flags);
            int result = call.call();
            if (result == -Errno.EOPNOTSUPP && hook instanceof Hook.Xdp xdp && xdp.mode() == Hook.XdpMode.NATIVE) {
                throw new NotSupported("native XDP on device " + xdp.ifindex(), "a driver with XDP support");
            }
            if (result < 0) {
                throw call.failure(program + " to " + hook, -result, "");
            }
            return new KernelLink(new Fd(result), null);
        }
    }

    @Override
    public LinkInfo info() {
        return BpfInfo.link(fd.number());
    }

    @Override
    public void update(BpfProgram program) {
        try (var call = new BpfCall(Command.LINK_UPDATE)) {
            call.u32(0, fd.number()).u32(4, program.fd()).must("link to " + program);
        }
    }

    @Override
    public void pin(Path path) {
        Pins.pin(fd.number(), path);
        pin = path;
    }

    @Override
    public void detach() {
        try (var call = new BpfCall(Command.LINK_DETACH)) {
            int result = call.u32(0, fd.number()).call();
            // a link whose device is gone has nothing left to detach
            if (result < 0 && result != -Errno.ENOLINK && result != -Errno.ENODEV) {
                throw call.failure("link", -result, "");
            }
        }
        if (pin != null) {
            var _ = Pins.remove(pin);
            pin = null;
        }
        close();
    }

    @Override
    public void close() {
        fd.close();
    }
}
