package io.stentor.lab.api;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// HTTP/1.1 (RFC 9112) on one connection, as the server: request after request until either side closes.
///
/// A streamed answer is the last of its connection: while it runs, a thread reads the connection to learn that the
/// client has gone, and what it would read of a next request could not be given back.
final class HttpConnection {

    /// As the real server's limit for a request.
    private static final int MAX_BODY = 3 << 20;

    private static final int MAX_HEAD = 64 << 10;

    private final InputStream in;
    private final OutputStream out;
    private final Function<Map<String, String>, Caller> authenticator;

    /// @param authenticator finds the caller by the request's headers
    HttpConnection(InputStream in, OutputStream out, Function<Map<String, String>, Caller> authenticator) {
        this.in = new BufferedInputStream(in);
        this.out = new BufferedOutputStream(out, 16 << 10);
        this.authenticator = authenticator;
    }

    void serve(Function<HttpRequest, HttpResponse> handler) throws IOException {
        boolean open = true;
        while (open) {
            String head = readLine(true);
            if (head.isEmpty()) {
                return;
            }
            open = exchange(head, handler);
            out.flush();
        }
    }

    private boolean exchange(String head, Function<HttpRequest, HttpResponse> handler) throws IOException {
        String[] parts = head.split(" ", -1);
        Map<String, String> headers = new HashMap<>();
        for (String line = readLine(false); !line.isEmpty(); line = readLine(false)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String name = line.substring(0, colon).trim().toLowerCase(Locale.ROOT);
                headers.merge(name, line.substring(colon + 1).trim(), (a, b) -> a + ", " + b);
            }
        }
        if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
            writeWhole(whole(ApiException.badRequest("this is no HTTP/1.1 request")), false, false);
            return false;
        }
        boolean keep =
                !headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).contains("close");
        HttpResponse response;
        try {
            byte[] body = readBody(headers);
            response = handler.apply(new HttpRequest(parts[0], parts[1], headers, body, authenticator.apply(headers)));
        } catch (ApiException tooLarge) {
            writeWhole(whole(tooLarge), false, false);
            return false;
        }
        return switch (response) {
            case HttpResponse.Whole whole -> {
                writeWhole(whole, keep, parts[0].equals("HEAD"));
                yield keep;
            }
            case HttpResponse.Stream stream -> {
                writeStream(stream);
                yield false;
            }
        };
    }

    private static HttpResponse.Whole whole(ApiException failure) {
        byte[] body = Json.bytes(failure.status());
        return new HttpResponse.Whole(failure.code(), HttpResponse.JSON, body, java.util.List.of());
    }

    private byte[] readBody(Map<String, String> headers) throws IOException {
        boolean chunked = headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked");
        String length = headers.getOrDefault("content-length", "0");
        if (!length.matches("[0-9]{1,18}")) {
            throw ApiException.badRequest("Content-Length \"" + length + "\" is no length");
        }
        if (Long.parseLong(length) > MAX_BODY) {
            throw tooLarge();
        }
        if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        if (!chunked) {
            byte[] body = in.readNBytes(Integer.parseInt(length));
            if (body.length != Integer.parseInt(length)) {
                throw new EOFException("the connection ended within a request");
            }
            return body;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = readLine(false).replaceAll(";.*", "").trim();
            if (!size.matches("[0-9a-fA-F]{1,7}")) {
                throw ApiException.badRequest("a chunk has the size \"" + size + "\"");
            }
            int bytes = Integer.parseInt(size, 16);
            if (body.size() + bytes > MAX_BODY) {
                throw tooLarge();
            }
            body.writeBytes(in.readNBytes(bytes));
            if (bytes == 0) {
                while (!readLine(false).isEmpty()) {
                    // Trailers mean nothing here.
                }
                return body.toByteArray();
            }
            readLine(false);
        }
    }

    private static ApiException tooLarge() {
        return new ApiException(
                413, "RequestEntityTooLarge", "the request is larger than " + MAX_BODY + " bytes", Json.object());
    }

    /// A line without its end; "" also at the connection's orderly end if `atStart`.
    private String readLine(boolean atStart) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                if (atStart && line.size() == 0) {
                    return "";
                }
                throw new EOFException("the connection ended within a request");
            }
            if (line.size() >= MAX_HEAD) {
                throw new IOException("a header line of more than " + MAX_HEAD + " bytes");
            }
            line.write(c);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private void writeWhole(HttpResponse.Whole whole, boolean keep, boolean headOnly) throws IOException {
        StringBuilder head = head(whole.status(), whole.contentType());
        for (String warning : whole.warnings()) {
            String quoted = warning.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\r\\n]+", " ");
            head.append("Warning: 299 - \"").append(quoted).append("\"\r\n");
        }
        head.append("Content-Length: ").append(whole.body().length).append("\r\n");
        head.append(keep ? "\r\n" : "Connection: close\r\n\r\n");
        out.write(head.toString().getBytes(StandardCharsets.UTF_8));
        if (!headOnly) {
            out.write(whole.body());
        }
        out.flush();
    }

    private void writeStream(HttpResponse.Stream stream) throws IOException {
        StringBuilder head = head(200, stream.contentType());
        head.append("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
        out.flush();
        Thread writer = Thread.currentThread();
        Thread guard = Thread.ofVirtual().name("http-guard").start(() -> {
            while (isThere()) {
                // Nobody sends a request before this answer's end.
            }
            writer.interrupt();
        });
        try {
            stream.writer().write(new ChunkedOutput(out));
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (InterruptedException gone) {
            throw new EOFException("the client has gone");
        } finally {
            guard.interrupt();
        }
    }

    private boolean isThere() {
        try {
            return in.read() >= 0;
        } catch (SocketTimeoutException silent) {
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private static StringBuilder head(int status, String contentType) {
        return new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(status < 400 ? " OK" : " Error")
                .append("\r\nContent-Type: ")
                .append(contentType)
                .append("\r\nCache-Control: no-cache, private\r\n");
    }
}
