package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/// A netlink socket, in the network namespace of the thread that opened it. One thread at a time.
final class NlSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int RECEIVE_MEMORY = 4 << 20;
    private static final int BUFFER_SIZE = 1 << 16;

    private static final int DUMP_ATTEMPTS = 10;
    /// So many requests in one send: their answers fit the socket's memory.
    private static final int BATCH = 256;

    private final Fd fd;
    private final String call;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER_SIZE, 8);
    private int sequence;

    /// A message received, without its header.
    record Reply(int type, ByteBuffer body) {}

    private NlSocket(String call, int family) {
        this.call = call;
        this.fd = new Fd(Syscall.must("netlink", Sys.SOCKET, AF_NETLINK, SOCK_RAW_CLOEXEC, family));
    }

    /// For the sockets that are open.
    static NlSocket diagnostics() {
        return new NlSocket("sock_diag", NETLINK_SOCK_DIAG).prepared(0);
    }

    /// For routing.
    ///
    /// @param groups bits of `RTMGRP_…` to hear, 0 for requests only
    static NlSocket open(int groups) {
        return new NlSocket("rtnetlink", NETLINK_ROUTE).prepared(groups);
    }

    private NlSocket prepared(int groups) {
        try {
            option(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            option(SOL_NETLINK, NETLINK_CAP_ACK, 1);
            option(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_MEMORY);
            if (groups != 0) {
                bind(groups);
            }
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    int fd() {
        return fd.number();
    }

    private void option(int level, int name, int value) {
        try (Arena local = Arena.ofConfined()) {
            long at = local.allocateFrom(JAVA_INT, value).address();
            Syscall.must("netlink option " + name, Sys.SETSOCKOPT, fd.number(), level, name, at, 4, 0);
        }
    }

    private void bind(int groups) {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment address = local.allocateFrom(JAVA_INT, AF_NETLINK, 0, groups);
            Syscall.must("netlink", Sys.BIND, fd.number(), address.address(), 12);
        }
    }

    /// @throws KernelException if the kernel refuses
    void must(NlMessage message, String object) {
        request(message, object).ifPresent(failure -> {
            throw failure;
        });
    }

    Optional<KernelException> request(NlMessage message, String object) {
        return requests(List.of(message), List.of(object)).getFirst();
    }

    /// Sends all, many in one system call, and collects their answers.
    ///
    /// @param objects what each is about, for failures
    List<Optional<KernelException>> requests(List<NlMessage> messages, List<String> objects) {
        List<Optional<KernelException>> results = new ArrayList<>();
        for (int from = 0; from < messages.size(); from += BATCH) {
            int to = Math.min(messages.size(), from + BATCH);
            int first = sequence + 1;
            send(messages.subList(from, to), NlMessage.ACK);
            List<Optional<KernelException>> answers = new ArrayList<>();
            List<String> about = objects.subList(from, to);
            while (answers.size() < to - from) {
                receive((header, body) -> {
                    if (header.type() == NlHeader.ERROR && header.sequence() - first == answers.size()) {
                        answers.add(NlAnswer.failure(call, header, body, about.get(answers.size())));
                    }
                });
            }
            results.addAll(answers);
        }
        return results;
    }

    /// All that the kernel has, read again if it changed meanwhile.
    List<Reply> dump(NlMessage request, String object) {
        var _ = request.with(NlMessage.DUMP);
        for (int attempt = 1; ; attempt++) {
            var answer = new NlAnswer(call, object, sequence + 1);
            send(List.of(request), 0);
            while (!answer.done()) {
                receive(answer);
            }
            if (!answer.interrupted() || attempt == DUMP_ATTEMPTS) {
                return answer.replies();
            }
        }
    }

    /// One object.
    Reply get(NlMessage request, String object) {
        var answer = new NlAnswer(call, object, sequence + 1);
        send(List.of(request), NlMessage.ACK);
        while (!answer.done()) {
            receive(answer);
        }
        return answer.replies().getFirst();
    }

    /// What others do; blocks until something comes.
    ///
    /// @throws KernelException ENOBUFS when some was lost
    List<Reply> hear() {
        List<Reply> heard = new ArrayList<>();
        receive((header, body) -> heard.add(new Reply(header.type(), body)));
        return heard;
    }

    private void send(List<NlMessage> messages, int flags) {
        try (Arena local = Arena.ofConfined()) {
            List<byte[]> parts = new ArrayList<>();
            int size = 0;
            for (NlMessage message : messages) {
                byte[] bytes = message.with(flags).bytes(++sequence);
                parts.add(bytes);
                size += (bytes.length + 3) & ~3;
            }
            MemorySegment block = local.allocate(size, 4);
            long at = 0;
            for (byte[] bytes : parts) {
                MemorySegment.copy(bytes, 0, block, JAVA_BYTE, at, bytes.length);
                at += (bytes.length + 3) & ~3;
            }
            Syscall.must("netlink", Sys.SENDTO, fd.number(), block.address(), size, 0, 0, 0);
        }
    }

    private void receive(BiConsumer<NlHeader, ByteBuffer> each) {
        long length = Syscall.must("netlink", Sys.RECVFROM, fd.number(), buffer.address(), BUFFER_SIZE, 0, 0, 0);
        ByteBuffer bytes =
                ByteBuffer.wrap(buffer.asSlice(0, length).toArray(JAVA_BYTE)).order(ByteOrder.nativeOrder());
        int at = 0;
        while (at + NlMessage.HEADER_SIZE <= length) {
            NlHeader header = NlHeader.at(bytes, at);
            if (header.length() < NlMessage.HEADER_SIZE || at + header.length() > length) {
                throw new KernelException("recvfrom", "netlink", Errno.EIO, "a message that does not fit its frame");
            }
            ByteBuffer body = bytes.slice(at + NlMessage.HEADER_SIZE, header.length() - NlMessage.HEADER_SIZE)
                    .order(ByteOrder.nativeOrder());
            each.accept(header, body);
            at += (header.length() + 3) & ~3;
        }
    }

    @Override
    public void close() {
        fd.close();
        arena.close();
    }
}
