package io.stentor.lab.api;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/// Accepts connections, speaks TLS on them and finds out who calls: by the client certificate, else by bearer token.
final class Listener implements AutoCloseable {

    private static final Logger LOG = System.getLogger("apiserver");
    private static final int HANDSHAKE_MILLIS = 10_000;
    private static final int IDLE_MILLIS = 300_000;

    private final SSLContext tls;
    private final Tokens tokens;
    private final Function<HttpRequest, HttpResponse> handler;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Listener(SSLContext tls, Tokens tokens, Function<HttpRequest, HttpResponse> handler) {
        this.tls = tls;
        this.tokens = tokens;
        this.handler = handler;
    }

    void listen(ServerSocketChannel channel) {
        open.add(channel);
        Thread.ofVirtual().name("http-accept").start(() -> {
            while (!closed) {
                try {
                    SocketChannel client = channel.accept();
                    open.add(client);
                    Thread.ofVirtual().name("http").start(() -> serve(client));
                } catch (IOException failed) {
                    if (!channel.isOpen()) {
                        return;
                    }
                    LOG.log(Level.WARNING, "accepting a connection failed: {0}", failed.getMessage());
                }
            }
        });
    }

    private void serve(SocketChannel client) {
        try (client) {
            // A connection that waited to be accepted comes out of the socket even after its end.
            if (closed) {
                return;
            }
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            Socket plain = client.socket();
            plain.setSoTimeout(HANDSHAKE_MILLIS);
            try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, null, true)) {
                socket.setWantClientAuth(true);
                socket.startHandshake();
                plain.setSoTimeout(IDLE_MILLIS);
                Caller certified = certified(socket);
                new HttpConnection(
                                socket.getInputStream(),
                                socket.getOutputStream(),
                                headers -> certified.isKnown() ? certified : bearer(headers))
                        .serve(handler);
            }
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, "connection ended: {0}", gone.getMessage());
        } finally {
            open.remove(client);
        }
    }

    private Caller bearer(Map<String, String> headers) {
        String value = headers.getOrDefault("authorization", "");
        return value.startsWith("Bearer ")
                ? tokens.verify(value.substring(7).trim(), Instant.now()).orElse(Caller.ANONYMOUS)
                : Caller.ANONYMOUS;
    }

    private static Caller certified(SSLSocket socket) {
        try {
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            String name = "";
            List<String> groups = new ArrayList<>();
            String subject = certificate.getSubjectX500Principal().getName();
            for (Rdn part : new LdapName(subject).getRdns()) {
                switch (part.getType()) {
                    case "CN" -> name = part.getValue().toString();
                    case "O" -> groups.add(part.getValue().toString());
                    default -> {
                        // Kubernetes reads no more of a subject.
                    }
                }
            }
            groups.add("system:authenticated");
            return new Caller(name, List.copyOf(groups));
        } catch (SSLPeerUnverifiedException | InvalidNameException none) {
            return Caller.ANONYMOUS;
        }
    }

    @Override
    public void close() {
        closed = true;
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception gone) {
                LOG.log(Level.DEBUG, "closing: {0}", gone.getMessage());
            }
        }
    }
}
