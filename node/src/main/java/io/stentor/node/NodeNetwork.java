package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.net.Event;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.kernel.net.Subscription;
import io.stentor.kernel.net.Topic;
import io.stentor.model.Endpoint;
import io.stentor.model.Node;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Keeps the host's links, routes and neighbours as the state says: reads what is there, compiles what has to be,
/// applies the difference.
///
/// A pass is due when the nodes of the cluster change, when something of the host's network changes under us (a link
/// that flaps loses its routes), and once a minute in case neither was told. What failed is in the next difference,
/// with a growing pause before it. Endpoints plug themselves in; here they are only put back.
public final class NodeNetwork implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("network");

    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /// Changes come in bursts: one pass for all that follow within this.
    private static final Duration BURST = Duration.ofMillis(10);

    private final Kernel kernel;
    private final Store store;
    private final NetworkPass pass;
    private final Semaphore due = new Semaphore(1);
    private final CountDownLatch known = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private Duration pause = FIRST_PAUSE;
    private volatile Set<Prefix> wanted = Set.of();
    private volatile Optional<NodeDevices> devices = Optional.empty();
    private volatile List<Problem> problems = List.of();
    private volatile Runnable changed = () -> {};
    private volatile boolean closed;

    NodeNetwork(Kernel kernel, Store store, NetworkPass pass) {
        this.kernel = kernel;
        this.store = store;
        this.pass = pass;
    }

    /// Starts to keep the network, on threads of its own that end with [#close].
    public synchronized void start() {
        threads.add(Thread.ofPlatform().daemon().name("network").start(this::run));
        threads.add(Thread.ofVirtual().name("network-state").start(this::follow));
    }

    /// The devices, once this node's own row has been seen and a pass has come of it; empty before.
    public Optional<NodeDevices> devices() {
        return devices;
    }

    /// Waits for [#devices].
    ///
    /// @return empty if they were not known in time
    public Optional<NodeDevices> awaitDevices(Duration timeout) throws InterruptedException {
        return known.await(timeout.toMillis(), TimeUnit.MILLISECONDS) ? devices : Optional.empty();
    }

    /// Whom to tell when [#devices] are others than before: whoever attaches programs to them. One at a time; called on
    /// the network's own thread.
    public void whenDevicesChange(Runnable listener) {
        changed = listener;
    }

    /// What the last pass could not do, and what it found wrong.
    public List<Problem> problems() {
        return problems;
    }

    private void run() {
        Subscription events =
                kernel.netlink().subscribe(EnumSet.of(Topic.LINKS, Topic.ADDRESSES, Topic.ROUTES), this::heard);
        try {
            Duration wait = PERIOD;
            while (!closed) {
                if (due.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                    Thread.sleep(BURST);
                }
                due.drainPermits();
                wait = pass() ? PERIOD : backOff();
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            events.close();
        }
    }

    private void publish(NodeDevices now) {
        boolean moved = devices.isPresent() && !devices.get().equals(now);
        devices = Optional.of(now);
        known.countDown();
        if (moved) {
            LOG.log(System.Logger.Level.INFO, "devices are now {0}", now);
            changed.run();
        }
    }

    private Duration backOff() {
        Duration now = pause;
        pause = now.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? now.multipliedBy(2) : LONGEST_PAUSE;
        return now;
    }

    /// Only nodes call for a pass: pods come and go without one.
    private void follow() {
        PersistentMap<String, Node> nodes = PersistentMap.empty();
        State state = store.current();
        boolean synced = false;
        try {
            while (!closed) {
                if (!state.nodes().equals(nodes) || state.synced() != synced) {
                    nodes = state.nodes();
                    synced = state.synced();
                    due.release();
                }
                state = store.awaitAfter(state.revision());
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void heard(Event event) {
        boolean ours = switch (event) {
            case Event.LinkSet(Link link) -> !PodLinks.isOurs(link);
            case Event.LinkGone(Link link) -> !PodLinks.isOurs(link);
            case Event.AddressSet set -> true;
            case Event.AddressGone gone -> true;
            case Event.RouteSet(Route route) -> isDefault(route);
            case Event.RouteGone(Route route) -> isDefault(route) || isMissed(route);
            case Event.NeighbourSet set -> false;
            case Event.NeighbourGone gone -> false;
            case Event.Lost lost -> true;
        };
        if (ours) {
            due.release();
        }
    }

    /// A pod's route goes with its link, after its endpoint.
    private boolean isMissed(Route route) {
        return route.protocol() == PodLinks.PROTOCOL
                && wanted.contains(route.destination())
                && (route.destination().length()
                                < KernelTerms.range(route.destination())
                                        .family()
                                        .bits()
                        || hasEndpoint(route.ifindex()));
    }

    private boolean hasEndpoint(int ifindex) {
        for (Map.Entry<Integer, Endpoint> entry : store.current().endpoints()) {
            if (entry.getValue().attachment().ifindex() == ifindex) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDefault(Route route) {
        return route.destination().length() == 0 && route.table() == Route.MAIN;
    }

    /// @return whether nothing failed
    private boolean pass() {
        List<Problem> failures;
        List<Problem> all = new ArrayList<>();
        try {
            NetworkPass.Outcome outcome = pass.run(store.current());
            failures = outcome.failures();
            all.addAll(outcome.found());
            wanted = outcome.wanted();
            store.commit(state -> state.with(Table.HOST_ADDRESSES, outcome.addresses()));
            outcome.devices().ifPresent(this::publish);
        } catch (RuntimeException failed) {
            // The kernel would not be read, or a mistake of ours: neither may end the keeping of the network.
            LOG.log(System.Logger.Level.WARNING, "pass failed", failed);
            failures = List.of(new Problem("network", "", failed.toString()));
        }
        all.addAll(failures);
        problems = List.copyOf(all);
        if (failures.isEmpty()) {
            pause = FIRST_PAUSE;
        }
        return failures.isEmpty();
    }

    /// Stops keeping the network; what is there stays.
    @Override
    public synchronized void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        threads.clear();
    }
}
