package io.stentor.agent.api;

import static java.lang.System.Logger.Level.ERROR;

import io.stentor.flow.EventRing;
import io.stentor.kernel.bpf.RingBuffer;
import java.time.Duration;

/// Moves events from the datapath's rings to the [EventRing]. The programs send no wake-ups, which would cost
/// every packet that is reported; so this looks: soon again after events, less often while there are none.
public final class EventPoll implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("events");

    private static final Duration BUSY = Duration.ofMillis(10);
    private static final Duration IDLE = Duration.ofMillis(100);

    private final RingBuffer source;
    private final EventRing ring;
    private final Thread thread;

    /// @param source read by this alone, and closed with it
    private EventPoll(RingBuffer source, EventRing ring) {
        this.source = source;
        this.ring = ring;
        // Rings are read through native memory: not on a virtual thread's carrier.
        this.thread = Thread.ofPlatform().name("events").daemon().unstarted(this::run);
    }

    public static EventPoll start(RingBuffer source, EventRing ring) {
        EventPoll poll = new EventPoll(source, ring);
        poll.thread.start();
        return poll;
    }

    private void run() {
        Duration pause = IDLE;
        try (source) {
            while (true) {
                int drained = source.drain(ring::add);
                Duration longer = pause.multipliedBy(2);
                pause = drained > 0 ? BUSY : longer.compareTo(IDLE) < 0 ? longer : IDLE;
                Thread.sleep(pause);
            }
        } catch (InterruptedException closed) {
            // The end.
        } catch (RuntimeException failed) {
            LOG.log(ERROR, "events are not read any more", failed);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
