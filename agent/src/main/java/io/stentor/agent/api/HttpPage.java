package io.stentor.agent.api;

import static java.lang.System.Logger.Level.WARNING;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/// One page at one address, over plain HTTP. Reading is all that can be done: GET and HEAD.
public final class HttpPage implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("http");

    // A client that sends or takes nothing must not hold a connection for ever, nor many of them all descriptors.
    static {
        limit("sun.net.httpserver.maxReqTime", "10");
        limit("sun.net.httpserver.maxRspTime", "30");
        limit("jdk.httpserver.maxConnections", "64");
    }

    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();

    private HttpPage(HttpServer server) {
        this.server = server;
    }

    /// @param type of the content
    @SuppressWarnings("ArrayRecordComponent") // moved, never compared
    record Answer(int status, String type, byte[] body) {
        static Answer text(int status, String body) {
            return new Answer(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void limit(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /// Binds and serves until [#close].
    ///
    /// @throws IOException if the address cannot be bound; the message names it
    static HttpPage open(InetSocketAddress address, String path, Function<Headers, Answer> page) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (BindException taken) {
            throw new IOException(address + ": " + taken.getMessage(), taken);
        }
        HttpPage served = new HttpPage(server);
        server.createContext("/", exchange -> serve(exchange, path, page));
        server.setExecutor(served.requests);
        server.start();
        return served;
    }

    /// Where it listens; tells the port when 0 was asked for.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private static void serve(HttpExchange exchange, String path, Function<Headers, Answer> page) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange, path, page));
        }
    }

    private static Answer answer(HttpExchange exchange, String path, Function<Headers, Answer> page) {
        String method = exchange.getRequestMethod();
        if (!exchange.getRequestURI().getPath().equals(path)) {
            return Answer.text(404, "only " + path + " is served here\n");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.text(405, path + " can only be read\n");
        }
        try {
            return page.apply(exchange.getRequestHeaders());
        } catch (RuntimeException failed) {
            LOG.log(WARNING, path, failed);
            return Answer.text(500, failed + "\n");
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }
}
