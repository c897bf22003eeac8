package io.stentor.kernel.fake;

import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.LinkInfo;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A descriptor for an attachment.
final class FakeLink implements BpfLink {
    /// The attachment itself.
    static final class Attachment {
        private final int id;
        private final Hook hook;
        private final FakeNetlink namespace;
        private final boolean filter;
        private FakeProgram.Code program;

        Attachment(int id, Hook hook, FakeNetlink namespace, boolean filter, FakeProgram.Code program) {
            this.id = id;
            this.hook = hook;
            this.namespace = namespace;
            this.filter = filter;
            this.program = program;
        }

        int id() {
            return id;
        }

        FakeProgram.Code program() {
            return program;
        }

        boolean filter() {
            return filter;
        }

        FakeNetlink namespace() {
            return namespace;
        }

        boolean at(Hook other, FakeNetlink otherNamespace) {
            return hook.equals(other) && (namespace == otherNamespace || device() == 0);
        }

        /// Whether what it was attached to is still there.
        boolean alive() {
            return device() == 0 || namespace.link(device()).isPresent();
        }

        private int device() {
            return switch (hook) {
                case Hook.Tc tc -> tc.ifindex();
                case Hook.Xdp xdp -> xdp.ifindex();
                case Hook.Cgroup _, Hook.SkLookup _ -> 0;
            };
        }

        private LinkInfo info() {
            LinkInfo.Kind kind = switch (hook) {
                case Hook.Tc _ -> filter ? LinkInfo.Kind.FILTER : LinkInfo.Kind.TCX;
                case Hook.Xdp _ -> LinkInfo.Kind.XDP;
                case Hook.Cgroup _ -> LinkInfo.Kind.CGROUP;
                case Hook.SkLookup _ -> LinkInfo.Kind.NETNS;
            };
            long cgroup = hook instanceof Hook.Cgroup at ? at.directory().hashCode() & 0xffffffffL : 0;
            return new LinkInfo(kind, filter ? 0 : id, program.id(), alive() ? device() : 0, cgroup);
        }
    }

    private final FakeBpf bpf;
    private final Attachment attachment;
    private final int fd;
    private boolean open = true;
    private @Nullable Path pin;

    FakeLink(FakeBpf bpf, Attachment attachment, @Nullable Path pin) {
        this.bpf = bpf;
        this.attachment = attachment;
        this.fd = bpf.handles().open(attachment);
        this.pin = pin;
    }

    @Override
    public LinkInfo info() {
        return attachment.info();
    }

    @Override
    public void update(BpfProgram program) {
        bpf.called("link update " + program.name());
        attachment.program = ((FakeProgram) program).code();
    }

    @Override
    public void pin(Path path) {
        bpf.called("pin " + path);
        bpf.handles().pin(path, attachment);
        pin = path;
    }

    @Override
    public void detach() {
        bpf.handles().detach(attachment);
        if (pin != null) {
            bpf.unpin(pin);
        }
        close();
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            bpf.handles().close(fd);
        }
    }
}
