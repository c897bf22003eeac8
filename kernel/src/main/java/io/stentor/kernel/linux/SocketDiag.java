package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Open sockets of a network namespace (`linux/sock_diag.h`, `linux/inet_diag.h`).
public final class SocketDiag {
    private static final int BY_FAMILY = 20;
    private static final int DESTROY = 21;
    private static final List<Integer> FAMILIES = List.of(2, 10);
    private static final List<Integer> PROTOCOLS = List.of(6, 17);
    /// Bits by number of the state: established, SYN sent and received, both FIN waits, close wait, last ACK. A UDP
    /// socket that is connected counts as established.
    private static final int CONNECTED = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9;
    /// `struct inet_diag_sockid`: ports, addresses, interface, cookie; after four bytes of an answer.
    private static final int ID_OFFSET = 4;
    private static final int ID_BYTES = 48;
    private static final int COOKIE_OFFSET = 40;

    private SocketDiag() {}

    /// See [io.stentor.kernel.Kernel#endSockets].
    public static int end(Path netns, Set<Long> cookies) {
        try (Fd namespace = Fd.open(netns);
                NlSocket socket = Namespaces.diagnosticsIn(namespace)) {
            int ended = 0;
            for (int protocol : PROTOCOLS) {
                for (int family : FAMILIES) {
                    ended += end(socket, family, protocol, cookies);
                }
            }
            return ended;
        }
    }

    private static int end(NlSocket socket, int family, int protocol, Set<Long> cookies) {
        List<NlMessage> requests = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        for (NlSocket.Reply open : socket.dump(request(BY_FAMILY, family, protocol, new byte[ID_BYTES]), "sockets")) {
            ByteBuffer body = open.body();
            // A socket of IPv6 is told of by the dump of IPv4 too where it speaks that.
            if (body.get(0) == family && cookies.contains(cookie(body))) {
                byte[] id = new byte[ID_BYTES];
                body.get(ID_OFFSET, id);
                requests.add(request(DESTROY, family, protocol, id));
                objects.add("socket");
            }
        }
        int ended = 0;
        for (Optional<KernelException> failure : socket.requests(requests, objects)) {
            if (failure.isEmpty()) {
                ended++;
            } else if (failure.get().errno() != Errno.ENOENT) {
                throw failure.get();
            }
        }
        return ended;
    }

    /// Two words, the low one first, as programs see the whole.
    private static long cookie(ByteBuffer body) {
        return Integer.toUnsignedLong(body.getInt(ID_OFFSET + COOKIE_OFFSET))
                | (long) body.getInt(ID_OFFSET + COOKIE_OFFSET + 4) << 32;
    }

    /// `struct inet_diag_req_v2`.
    private static NlMessage request(int type, int family, int protocol, byte[] id) {
        NlMessage message = new NlMessage(type, 0);
        var _ = message.raw8(family).raw8(protocol).raw16(0).raw32(CONNECTED).raw(id);
        return message;
    }
}
