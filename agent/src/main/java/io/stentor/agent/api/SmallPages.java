package io.stentor.agent.api;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// Pages at many addresses, over plain HTTP, on one thread: an address that nobody asks costs a descriptor and no
/// thread. Who asks gets one answer and the end of the connection.
final class SmallPages implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("http");
    private static final int BACKLOG = 16;

    /// Connections at once, at all addresses together; who comes in excess is sent away.
    private static final int CONNECTIONS = 64;

    private final Selector selector;
    private final Thread thread;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Map<InetSocketAddress, SelectionKey> open = new HashMap<>();

    /// What is answered to the path that somebody asks for.
    interface Page extends Function<String, SmallAnswer> {}

    private SmallPages(Selector selector) {
        this.selector = selector;
        // A selector would hold a virtual thread's carrier.
        this.thread = Thread.ofPlatform().name("health-checks").daemon().unstarted(this::run);
    }

    /// @throws IOException if the process has no descriptor left
    static SmallPages start() throws IOException {
        SmallPages pages = new SmallPages(Selector.open());
        pages.thread.start();
        return pages;
    }

    /// Serves these and no others from now on. One that is served already goes on without a gap.
    ///
    /// @return those that cannot be bound, and why
    synchronized Map<InetSocketAddress, String> keep(Map<InetSocketAddress, Page> wanted) {
        open.entrySet().removeIf(served -> {
            boolean over = !wanted.containsKey(served.getKey());
            if (over) {
                end(served.getValue());
            }
            return over;
        });
        Map<InetSocketAddress, String> refused = new HashMap<>();
        wanted.forEach((address, page) -> {
            SelectionKey served = open.get(address);
            if (served != null) {
                var _ = served.attach(page);
            } else {
                try {
                    open.put(address, bound(address, page));
                } catch (IOException taken) {
                    refused.put(address, taken.getMessage());
                }
            }
        });
        // The selector lets go of what was closed when it selects.
        selector.wakeup();
        return refused;
    }

    private SelectionKey bound(InetSocketAddress address, Page page) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.configureBlocking(false);
            server.bind(address, BACKLOG);
            return server.register(selector, SelectionKey.OP_ACCEPT, page);
        } catch (IOException | RuntimeException refused) {
            server.close();
            throw refused;
        }
    }

    private static void end(SelectionKey served) {
        try {
            served.channel().close();
        } catch (IOException failed) {
            LOG.log(DEBUG, "{0}", failed.toString());
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::accept);
            }
        } catch (ClosedSelectorException closed) {
            // The end.
        } catch (IOException failed) {
            LOG.log(WARNING, "health checks are not answered any more", failed);
        }
    }

    private void accept(SelectionKey key) {
        try {
            SocketChannel client = ((ServerSocketChannel) key.channel()).accept();
            if (client == null) {
                return;
            }
            if (!free.tryAcquire()) {
                client.close();
                return;
            }
            Page page = (Page) key.attachment();
            Thread.startVirtualThread(() -> {
                try (client) {
                    client.configureBlocking(true);
                    SmallAnswer.exchange(client.socket(), page);
                } catch (IOException gone) {
                    LOG.log(DEBUG, "{0}", gone.toString());
                } finally {
                    free.release();
                }
            });
        } catch (IOException failed) {
            LOG.log(DEBUG, "{0}", failed.toString());
        }
    }

    @Override
    public synchronized void close() {
        open.values().forEach(SmallPages::end);
        open.clear();
        try {
            selector.close();
            thread.join();
        } catch (IOException failed) {
            LOG.log(DEBUG, "{0}", failed.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
