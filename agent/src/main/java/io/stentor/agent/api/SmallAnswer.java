package io.stentor.agent.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// What [SmallPages] answers: JSON, whoever asks.
///
/// @param headers beside those that say what the body is
record SmallAnswer(int status, Map<String, String> headers, String body) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_REQUEST = 8192;

    SmallAnswer {
        headers = Map.copyOf(headers);
    }

    /// Reads one request, answers it. Only GET and HEAD are known (RFC 9110, 9112); what a request has for a body is
    /// not read.
    ///
    /// @throws IOException also where the client takes too long
    static void exchange(Socket client, SmallPages.Page page) throws IOException {
        String[] words = head(client).lines().findFirst().orElse("").split(" ", -1);
        boolean whole = words.length == 3 && words[2].startsWith("HTTP/1.");
        boolean head = words[0].equals("HEAD");
        SmallAnswer answer = !whole
                ? new SmallAnswer(400, Map.of(), "{\"error\":\"this is not a request of HTTP/1\"}\n")
                : head || words[0].equals("GET")
                        ? page.apply(words[1].split("\\?", 2)[0])
                        : new SmallAnswer(405, Map.of("Allow", "GET, HEAD"), "{\"error\":\"this can only be read\"}\n");
        OutputStream out = client.getOutputStream();
        out.write(answer.bytes(!head));
        out.flush();
        client.shutdownOutput();
    }

    /// To the empty line.
    private static String head(Socket client) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] part = new byte[1024];
        InputStream in = client.getInputStream();
        while (!read.toString(ISO_8859_1).contains("\r\n\r\n")) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0 || read.size() > LONGEST_REQUEST) {
                throw new SocketTimeoutException("a request without an end");
            }
            client.setSoTimeout((int) left);
            int count = in.read(part);
            if (count < 0) {
                break;
            }
            read.write(part, 0, count);
        }
        return read.toString(ISO_8859_1);
    }

    private byte[] bytes(boolean withBody) {
        byte[] content = body.getBytes(UTF_8);
        StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " " + reason() + "\r\n");
        Map<String, String> all = new TreeMap<>(headers);
        all.put("Content-Type", "application/json");
        all.put("Content-Length", Integer.toString(content.length));
        all.put("Connection", "close");
        all.put("X-Content-Type-Options", "nosniff");
        all.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        text.append("\r\n").append(withBody ? body : "");
        return text.toString().getBytes(UTF_8);
    }

    private String reason() {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            default -> "Service Unavailable";
        };
    }
}
