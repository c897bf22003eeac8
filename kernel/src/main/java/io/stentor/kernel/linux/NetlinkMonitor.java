package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Event;
import io.stentor.kernel.net.Subscription;
import io.stentor.kernel.net.Topic;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Hears what changes in a namespace, on a platform thread of its own; an eventfd ends its wait.
final class NetlinkMonitor implements Subscription, Runnable {
    private static final System.Logger LOG = System.getLogger("netlink");
    private static final int EFD_CLOEXEC = 0x80000;
    private static final short POLLIN = 1;

    private final NlSocket socket;
    private final Fd stop;
    private final Consumer<Event> listener;
    private final Thread thread;

    private NetlinkMonitor(NlSocket socket, Consumer<Event> listener) {
        this.socket = socket;
        this.stop = new Fd(Syscall.must("eventfd", Sys.EVENTFD, 0, EFD_CLOEXEC, 0));
        this.listener = listener;
        this.thread = Thread.ofPlatform().daemon().name("netlink-monitor").unstarted(this);
    }

    /// Takes over the socket.
    static Subscription start(NlSocket socket, Consumer<Event> listener) {
        var monitor = new NetlinkMonitor(socket, listener);
        monitor.thread.start();
        return monitor;
    }

    /// Bits of `RTMGRP_…` for both IP versions.
    static int groups(Set<Topic> topics) {
        int groups = 0;
        for (Topic topic : topics) {
            groups |= switch (topic) {
                case LINKS -> 1;
                case NEIGHBOURS -> 4;
                case ADDRESSES -> 0x10 | 0x100;
                case ROUTES -> 0x40 | 0x400;
            };
        }
        return groups;
    }

    @Override
    public void run() {
        try {
            while (waitForMore()) {
                hear();
            }
        } finally {
            socket.close();
            stop.close();
        }
    }

    /// @return false when it is to end
    private boolean waitForMore() {
        ByteBuffer both = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        both.putInt(socket.fd()).putShort(POLLIN).putShort((short) 0);
        both.putInt(stop.number()).putShort(POLLIN).putShort((short) 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment polled = arena.allocate(16, 8).copyFrom(MemorySegment.ofArray(both.array()));
            Syscall.must("netlink", Sys.PPOLL, polled.address(), 2, 0, 0, 0, 0);
            return polled.get(java.lang.foreign.ValueLayout.JAVA_SHORT, 14) == 0;
        }
    }

    private void hear() {
        try {
            for (NlSocket.Reply reply : socket.hear()) {
                event(reply).ifPresent(this::tell);
            }
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOBUFS) {
                throw e;
            }
            tell(new Event.Lost());
        }
    }

    /// A listener that fails is reported; events after it are still delivered.
    private void tell(Event event) {
        try {
            listener.accept(event);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a listener failed on " + event, e);
        }
    }

    private static Optional<Event> event(NlSocket.Reply reply) {
        ByteBuffer body = reply.body();
        return switch (reply.type()) {
            case LinkCodec.RTM_NEWLINK -> Optional.of(new Event.LinkSet(LinkCodec.read(body)));
            case LinkCodec.RTM_DELLINK -> Optional.of(new Event.LinkGone(LinkCodec.read(body)));
            case AddressCodec.RTM_NEWADDR -> AddressCodec.read(body).map(Event.AddressSet::new);
            case AddressCodec.RTM_DELADDR -> AddressCodec.read(body).map(Event.AddressGone::new);
            case RouteCodec.RTM_NEWROUTE -> RouteCodec.read(body).map(Event.RouteSet::new);
            case RouteCodec.RTM_DELROUTE -> RouteCodec.read(body).map(Event.RouteGone::new);
            case NeighbourCodec.RTM_NEWNEIGH -> NeighbourCodec.read(body).map(Event.NeighbourSet::new);
            case NeighbourCodec.RTM_DELNEIGH -> NeighbourCodec.read(body).map(Event.NeighbourGone::new);
            default -> Optional.empty();
        };
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            Syscall.must(
                    "eventfd",
                    Sys.WRITE,
                    stop.number(),
                    arena.allocateFrom(JAVA_LONG, 1).address(),
                    8);
        }
        if (!Thread.currentThread().equals(thread)) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
