package io.stentor.lab.kubelet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/// One plain HTTP request over a given connection, of whose answer only the status counts.
///
/// @param target  where to connect to
/// @param path    with query
/// @param headers besides Host, User-Agent and Connection
public record HttpGet(InetSocketAddress target, String path, Map<String, String> headers) {

    /// @return the status code
    /// @throws IOException when there is no connection, or no HTTP answer in time
    public int status(Dialer dialer, Duration patience) throws IOException {
        try (Socket socket = dialer.connect(target, patience)) {
            OutputStream out = socket.getOutputStream();
            out.write(request().getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String line = in.readLine();
            if (line == null || !line.matches("HTTP/1\\.[01] [1-5][0-9][0-9].*")) {
                throw new IOException("no HTTP answer: " + line);
            }
            return Integer.parseInt(line.substring(9, 12));
        }
    }

    private String request() {
        String host = target.getAddress().getHostAddress();
        StringBuilder text = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\n");
        if (headers.keySet().stream().noneMatch("Host"::equalsIgnoreCase)) {
            text.append("Host: ")
                    .append(host.contains(":") ? "[" + host + "]" : host)
                    .append(':')
                    .append(target.getPort())
                    .append("\r\n");
        }
        text.append("User-Agent: kube-probe/1.32\r\nAccept: */*\r\nConnection: close\r\n");
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("\r\n").toString();
    }
}
