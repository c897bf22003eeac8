package io.stentor.lab.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What a node's datapath dropped, as its agent tells it. Follows the agent through its restarts.
final class DropLog implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final String node;
    private final Path socket;
    private final List<JsonNode> drops = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    private DropLog(String node, Path socket) {
        this.node = node;
        this.socket = socket;
        this.thread = Thread.ofPlatform().name("drops-" + node).daemon().unstarted(this::follow);
    }

    /// @param socket the agent's
    static DropLog of(String node, Path socket) {
        DropLog log = new DropLog(node, socket);
        log.thread.start();
        return log;
    }

    private void follow() {
        while (!closed) {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(socket));
                byte[] body = "q{\"method\":\"monitor\",\"types\":[\"drop\"]}".getBytes(UTF_8);
                ByteBuffer request = ByteBuffer.allocate(4 + body.length);
                request.putInt(body.length).put(body).flip();
                channel.write(request);
                DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
                while (!closed) {
                    byte[] frame = in.readNBytes(in.readInt());
                    keep(Json.parse(java.util.Arrays.copyOfRange(frame, 1, frame.length)));
                }
            } catch (IOException agentIsAway) {
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    private void keep(JsonNode rows) {
        synchronized (drops) {
            for (JsonNode row : rows) {
                if (row.path("type").asText().equals("drop")) {
                    drops.add(row);
                }
            }
            drops.notifyAll();
        }
    }

    /// Waits for a drop that happens or has happened.
    JsonNode await(int reason, Predicate<JsonNode> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + Running.PATIENCE.toNanos();
        int seen = 0;
        synchronized (drops) {
            while (true) {
                for (; seen < drops.size(); seen++) {
                    JsonNode drop = drops.get(seen);
                    if (drop.path("reasonCode").asInt() == reason && wanted.test(drop)) {
                        return drop;
                    }
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("no such drop (" + reason + ") on " + node);
                }
                drops.wait(left / 1_000_000 + 1);
            }
        }
    }

    /// The last drops, for a case that failed.
    String last(int count) {
        synchronized (drops) {
            StringBuilder text = new StringBuilder(node + ": " + drops.size() + " drops\n");
            drops.subList(Math.max(0, drops.size() - count), drops.size())
                    .forEach(drop -> text.append("  ").append(line(drop)).append('\n'));
            return text.toString();
        }
    }

    private static String line(JsonNode drop) {
        return drop.path("time").asText() + " " + drop.path("reason").asText() + " ("
                + drop.path("reasonCode").asInt() + ") " + drop.path("point").asText() + " "
                + drop.path("interface").asText() + " " + drop.path("protocol").asText() + " "
                + (drop.has("icmpType") ? drop.path("icmpType") + "/" + drop.path("icmpCode") + " " : "")
                + end(drop.path("source")) + " -> " + end(drop.path("destination")) + " " + drop.path("length")
                + " bytes";
    }

    private static String end(JsonNode party) {
        return party.path("address").asText("?") + (party.has("port") ? " port " + party.path("port") : "") + " ("
                + party.path("who").asText() + ")";
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
