package io.stentor.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Objects that are followed: what is there, then every change, until this is closed.
///
/// The informer's own pauses grow fast. They are right for an outage, and too long for a cluster that is just being set
/// up, where the definition of a kind comes seconds after those who want it: so the first list is awaited here.
public final class Following<T extends HasMetadata> implements AutoCloseable {

    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration LATER = Duration.ofSeconds(2);
    private static final int SOON_TRIES = 20;

    private final FilterWatchListDeletable<T, ?, ?> objects;
    private final ResourceEventHandler<? super T> handler;
    private final Consumer<String> trouble;
    private final Thread starter;
    private @Nullable SharedIndexInformer<T> informer;
    private boolean closed;

    /// @param handler called by one thread at a time; its `onList` after everything that was there at the (re)start
    /// @param trouble told why the objects cannot be listed; `onList` says that they could
    Following(
            FilterWatchListDeletable<T, ?, ?> objects,
            ResourceEventHandler<? super T> handler,
            Consumer<String> trouble) {
        this.objects = objects;
        this.handler = handler;
        this.trouble = trouble;
        this.starter = Thread.ofVirtual().name("following").start(this::start);
    }

    private void start() {
        try {
            for (int tries = 0; !canBeListed(); tries++) {
                Thread.sleep(tries < SOON_TRIES ? SOON : LATER);
            }
            follow();
        } catch (InterruptedException stopped) {
            // The end.
        }
    }

    private boolean canBeListed() throws InterruptedException {
        try {
            var _ = objects.list(new ListOptionsBuilder().withLimit(1L).build());
            return true;
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            trouble.accept(Failure.reason(e));
            return false;
        }
    }

    private synchronized void follow() {
        if (closed) {
            return;
        }
        SharedIndexInformer<T> started = objects.runnableInformer(0);
        started.addEventHandler(handler);
        started.exceptionHandler((_, failure) -> {
            trouble.accept(Failure.reason(failure));
            return true;
        });
        informer = started;
        var _ = started.start();
    }

    @Override
    public synchronized void close() {
        closed = true;
        starter.interrupt();
        if (informer != null) {
            informer.stop();
        }
    }
}
