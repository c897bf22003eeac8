package io.stentor.operator;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// One listening socket with a page or two.
final class Pages implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();

    private Pages(InetSocketAddress address, String what) throws IOException {
        try {
            this.server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException(what + " cannot be served on " + address + ": " + e.getMessage(), e);
        }
        server.setExecutor(requests);
    }

    /// `/healthz`: this process works. A replica that waits for its turn is as healthy as the one that leads.
    static Pages serveHealth(InetSocketAddress address) throws IOException {
        Pages pages = new Pages(address, "/healthz");
        byte[] ok = "ok\n".getBytes(StandardCharsets.UTF_8);
        pages.add("/healthz", () -> ok);
        pages.add("/v1/healthz", () -> ok);
        pages.server.start();
        return pages;
    }

    /// `/metrics` in the text format of Prometheus.
    static Pages serveMetrics(InetSocketAddress address, Metrics metrics) throws IOException {
        Pages pages = new Pages(address, "/metrics");
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
        pages.add("/metrics", () -> {
            ByteArrayOutputStream text = new ByteArrayOutputStream(4096);
            writer.write(text, metrics.registry().scrape());
            return text.toByteArray();
        });
        pages.server.start();
        return pages;
    }

    int port() {
        return server.getAddress().getPort();
    }

    private interface Content {
        byte[] get() throws IOException;
    }

    private void add(String path, Content content) {
        HttpHandler handler = exchange -> {
            try (exchange) {
                boolean known = exchange.getRequestURI().getPath().equals(path);
                byte[] body = known ? content.get() : "not found\n".getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                exchange.sendResponseHeaders(known ? 200 : 404, body.length);
                exchange.getResponseBody().write(body);
            }
        };
        server.createContext(path, handler);
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }
}
