package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Connection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Open sockets of a network namespace (`linux/sock_diag.h`, `linux/inet_diag.h`).
public final class SocketDiag {
    private static final int BY_FAMILY = 20;
    private static final int DESTROY = 21;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final List<Integer> FAMILIES = List.of(AF_INET, AF_INET6);
    /// Bits by number of the state: established, SYN sent and received, both FIN waits, close wait, last ACK. A UDP
    /// socket that is connected counts as established.
    private static final int CONNECTED = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9;
    /// `struct inet_diag_sockid`: ports, addresses, interface, cookie; after four bytes of an answer.
    private static final int ID_OFFSET = 4;
    private static final int ID_BYTES = 48;
    private static final int PEER_PORT_OFFSET = 2;
    private static final int PEER_OFFSET = 20;
    private static final int COOKIE_OFFSET = 40;

    private SocketDiag() {}

    /// See [io.stentor.kernel.Kernel#endSockets].
    public static int end(Path netns, Set<Connection> connections) {
        try (Fd namespace = Fd.open(netns);
                NlSocket socket = Namespaces.diagnosticsIn(namespace)) {
            int ended = 0;
            for (int protocol : connections.stream().map(Connection::protocol).collect(Collectors.toSet())) {
                for (int family : FAMILIES) {
                    ended += end(socket, family, protocol, connections);
                }
            }
            return ended;
        }
    }

    private static int end(NlSocket socket, int family, int protocol, Set<Connection> connections) {
        List<NlMessage> requests = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        for (NlSocket.Reply open : socket.dump(request(BY_FAMILY, family, protocol, new byte[ID_BYTES]), "sockets")) {
            ByteBuffer body = open.body();
            // A socket of IPv6 is told of by the dump of IPv4 too where it speaks that.
            if (body.get(0) == family && connections.contains(connection(protocol, family, body))) {
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

    private static Connection connection(int protocol, int family, ByteBuffer body) {
        byte[] address = new byte[family == AF_INET ? 4 : 16];
        body.get(ID_OFFSET + PEER_OFFSET, address);
        byte[] port = new byte[2];
        body.get(ID_OFFSET + PEER_PORT_OFFSET, port);
        try {
            // An IPv6 socket that speaks IPv4 has an IPv4 peer by this.
            InetAddress peer = InetAddress.getByAddress(address);
            int number = Byte.toUnsignedInt(port[0]) << 8 | Byte.toUnsignedInt(port[1]);
            return new Connection(protocol, cookie(body), new InetSocketAddress(peer, number));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
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
