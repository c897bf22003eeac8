package io.stentor.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// One connection of the agent's socket: reads the request, runs its method, carries the reply.
final class Conversation implements Reply {
    private static final System.Logger LOG = System.getLogger("socket");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel peer;
    private final Map<String, Method> methods;
    private final ScheduledExecutorService deadlines;
    private final Duration patience;
    private boolean ended;
    private volatile boolean gone;
    private volatile boolean late;

    Conversation(
            SocketChannel peer, Map<String, Method> methods, ScheduledExecutorService deadlines, Duration patience) {
        this.patience = patience;
        this.peer = peer;
        this.methods = methods;
        this.deadlines = deadlines;
    }

    /// @throws IOException if the peer went away
    void run() throws IOException {
        try {
            JsonNode request = request();
            String name = request.path("method").asText("");
            Method method = methods.get(name);
            if (method == null) {
                refuse("unknown method \"" + name + "\"");
                return;
            }
            Thread.ofVirtual().start(this::watch);
            method.handle(request, this);
            if (!ended) {
                refuse("method \"" + name + "\" gave no answer");
            }
        } catch (Frame.Malformed malformed) {
            refuse(malformed.getMessage());
        } catch (RuntimeException failed) {
            LOG.log(System.Logger.Level.ERROR, "request failed", failed);
            if (!ended) {
                refuse("internal error: " + failed);
            }
        }
    }

    private JsonNode request() throws IOException {
        Future<?> deadline = deadlines.schedule(this::stopReading, patience.toMillis(), TimeUnit.MILLISECONDS);
        Frame frame;
        try {
            frame = Frame.read(peer);
        } catch (EOFException unfinished) {
            throw late
                    ? new Frame.Malformed("the request was not complete within " + patience.toMillis() + " ms")
                    : unfinished;
        } finally {
            deadline.cancel(false);
        }
        if (frame.kind() != Frame.REQUEST) {
            throw new Frame.Malformed("a request is a frame of kind 'q'");
        }
        try {
            JsonNode request = JSON.readTree(frame.payload());
            if (request != null && request.isObject()) {
                return request;
            }
        } catch (JsonProcessingException malformed) {
            throw new Frame.Malformed("the request is not JSON: " + malformed.getOriginalMessage());
        }
        throw new Frame.Malformed("the request is not a JSON object");
    }

    private void stopReading() {
        late = true;
        try {
            peer.shutdownInput();
        } catch (IOException closed) {
            LOG.log(System.Logger.Level.DEBUG, "closed before its deadline: {0}", closed.getMessage());
        }
    }

    /// After the request nothing more is due: whatever ends this read means that nobody waits for the answer.
    private void watch() {
        try {
            peer.read(ByteBuffer.allocate(1));
        } catch (IOException closed) {
            LOG.log(System.Logger.Level.TRACE, "closed: {0}", closed.getMessage());
        }
        gone = true;
    }

    @Override
    public void item(String payload) throws IOException {
        send(Frame.ITEM, payload);
    }

    @Override
    public void result(String payload) throws IOException {
        send(Frame.RESULT, payload);
        ended = true;
    }

    @Override
    public void error(JsonNode error) throws IOException {
        send(Frame.ERROR, error.toString());
        ended = true;
    }

    @Override
    public boolean open() {
        return !gone && peer.isOpen();
    }

    private void send(char kind, String payload) throws IOException {
        if (ended) {
            throw new IllegalStateException("the reply has ended");
        }
        ByteBuffer frame = Frame.encode(kind, payload);
        Future<?> deadline = writeDeadline();
        try {
            while (frame.hasRemaining()) {
                peer.write(frame);
            }
        } finally {
            deadline.cancel(false);
        }
    }

    private Future<?> writeDeadline() throws IOException {
        try {
            return deadlines.schedule(this::drop, patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            throw new IOException("the agent's socket closes", closing);
        }
    }

    private void drop() {
        try {
            peer.close();
        } catch (IOException closed) {
            LOG.log(System.Logger.Level.DEBUG, "close: {0}", closed.getMessage());
        }
    }
}
