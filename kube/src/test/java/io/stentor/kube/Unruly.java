package io.stentor.kube;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Stands between a client and an API server, and behaves as such things do on bad days. Plain HTTP/1.1 on the client's
/// side, one request a connection.
public final class Unruly implements AutoCloseable {

    /// How requests are answered.
    public enum Manner {
        /// By the API server.
        OBEDIENT(""),
        FAILING(
                "500 Internal Server Error",
                "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":500,\"message\":\"etcd\"}"),
        BUSY("429 Too Many Requests\r\nRetry-After: 1", "{\"kind\":\"Status\",\"code\":429,\"message\":\"later\"}"),
        REFUSING("401 Unauthorized", "{\"kind\":\"Status\",\"code\":401,\"message\":\"Unauthorized\"}"),
        LOST("404 Not Found", "404 page not found"),
        GARBAGE("200 OK", "<html>It works!</html>"),
        EMPTY("200 OK", "{}"),
        /// With the wrong code.
        MISTAKEN(
                "200 OK",
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"code\":503}"),
        /// Takes the request and says no word.
        SILENT(""),
        /// Begins, and says no further word.
        HALTING(""),
        RESETTING("");

        private final String answer;

        Manner(String answer) {
            this.answer = answer;
        }

        Manner(String head, String body) {
            this.answer =
                    "HTTP/1.1 " + head + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body;
        }
    }

    /// Connects to the API server.
    public interface Upstream {
        Socket open() throws IOException;
    }

    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *([0-9]+)");
    private static final Pattern HOP = Pattern.compile("(?i)^(connection|upgrade|http2-settings|keep-alive):.*");

    private final ServerSocket server;
    private final Upstream upstream;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Manner manner = Manner.OBEDIENT;
    private volatile String concerned = "";
    private volatile String token = "";
    private volatile boolean http2;

    /// @param server that clients connect to; closed with this
    public Unruly(ServerSocket server, Upstream upstream) {
        this.server = server;
        this.upstream = upstream;
        Thread.ofPlatform().daemon().name("unruly").start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /// For requests that come from now on.
    public void become(Manner now) {
        become(now, "");
    }

    /// For those whose first line contains `part`; the others are the API server's.
    public void become(Manner now, String part) {
        concerned = part;
        manner = now;
    }

    /// Whether a client has ever asked for HTTP/2.
    public boolean askedForHttp2() {
        return http2;
    }

    /// Refuses requests that do not bear this token.
    public void demand(String only) {
        token = only;
    }

    /// How many requests have come.
    public int asked() {
        return asked.get();
    }

    /// Whether somebody watches objects: a list of them has gone before.
    public boolean watched(String path) {
        return relays.stream().anyMatch(relay -> relay.line.contains(path) && relay.line.contains("watch=true"));
    }

    /// Connections that there are pass nothing on any more, and look alive.
    public void freeze() {
        relays.forEach(relay -> relay.frozen = true);
    }

    /// Resets the connections that there are.
    public void cut() {
        relays.forEach(relay -> reset(relay.client));
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // The end.
        }
    }

    private void serve(Socket client) {
        try {
            byte[] request = message(client.getInputStream());
            asked.incrementAndGet();
            Manner now = mannerFor(new String(request, ISO_8859_1));
            switch (now) {
                case OBEDIENT -> relay(request, client);
                case SILENT -> hold(client);
                case HALTING -> {
                    say(
                            client,
                            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"kind\":");
                    hold(client);
                }
                case RESETTING -> reset(client);
                case FAILING, BUSY, REFUSING, LOST, GARBAGE, EMPTY, MISTAKEN -> {
                    say(client, now.answer);
                    client.close();
                }
            }
        } catch (IOException gone) {
            close(client);
        } finally {
            open.remove(client);
        }
    }

    private Manner mannerFor(String request) {
        if (!token.isEmpty() && !request.contains("Bearer " + token)) {
            return Manner.REFUSING;
        }
        return request.lines().findFirst().orElse("").contains(concerned) ? manner : Manner.OBEDIENT;
    }

    /// Until the other side gives up.
    private static void hold(Socket client) throws IOException {
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
        client.close();
    }

    private static void say(Socket to, String words) throws IOException {
        to.getOutputStream().write(words.getBytes(ISO_8859_1));
        to.getOutputStream().flush();
    }

    /// A head without what concerns one connection alone, and the body that it announces.
    private byte[] message(InputStream from) throws IOException {
        String head = head(from);
        Matcher length = LENGTH.matcher(head);
        byte[] body = from.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(head.getBytes(ISO_8859_1));
        whole.write(body);
        return whole.toByteArray();
    }

    private String head(InputStream from) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = from.read();
            if (next < 0) {
                throw new IOException("ended within a head");
            }
            head.append((char) next);
        }
        List<String> lines = new ArrayList<>(List.of(head.toString().strip().split("\r\n", -1)));
        http2 |= lines.stream().anyMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("http2-settings:"));
        lines.removeIf(line -> HOP.matcher(line).matches());
        lines.add("Connection: close");
        return lines.stream().collect(Collectors.joining("\r\n", "", "\r\n\r\n"));
    }

    private void relay(byte[] request, Socket client) throws IOException {
        Relay relay = new Relay(
                client, new String(request, ISO_8859_1).lines().findFirst().orElse(""));
        relays.add(relay);
        try (Socket to = upstream.open()) {
            open.add(to);
            to.getOutputStream().write(request);
            to.getOutputStream().flush();
            InputStream answer = to.getInputStream();
            say(client, head(answer));
            relay.pass(answer, client.getOutputStream());
            if (relay.frozen) {
                hold(client);
            }
            close(client);
            open.remove(to);
        } finally {
            relays.remove(relay);
        }
    }

    private static final class Relay {
        private final Socket client;
        private final String line;
        private volatile boolean frozen;

        /// @param line that the request begins with
        Relay(Socket client, String line) {
            this.client = client;
            this.line = line;
        }

        void pass(InputStream from, OutputStream to) throws IOException {
            byte[] part = new byte[65536];
            for (int n = from.read(part); n >= 0; n = from.read(part)) {
                if (!frozen) {
                    to.write(part, 0, n);
                    to.flush();
                }
            }
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            // As good.
        }
        close(socket);
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // As good.
        }
    }

    @Override
    public void close() {
        close(server);
        open.forEach(Unruly::close);
    }
}
