package io.stentor.agent.api;

import io.stentor.model.Problem;
import io.stentor.model.ServiceName;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// What load balancers ask a node: whether it serves Services at all ([ProxyHealth]), and at each Service's
/// `healthCheckNodePort` whether it has backends of its own, for those whose `externalTrafficPolicy` is Local. Ports
/// come and go with the Services.
public final class HealthChecks implements AutoCloseable {
    /// A port that is taken is tried again.
    private static final Duration RETRY = Duration.ofSeconds(5);

    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Store store;
    private final Optional<InetSocketAddress> proxy;
    private final SmallPages.Page proxyPage;
    private final LocalBackends backends;
    private final SmallPages pages;
    private final Thread thread;
    private volatile List<Problem> problems = List.of();

    /// @param services whether their ports are served
    /// @param proxy    where kube-proxy's own is, empty: nowhere
    public record Wanted(boolean services, Optional<InetSocketAddress> proxy) {}

    private HealthChecks(Store store, AgentView view, Wanted wanted, SmallPages.Page proxyPage, SmallPages pages) {
        this.store = store;
        this.proxy = wanted.proxy;
        this.proxyPage = proxyPage;
        this.backends = new LocalBackends(view.about().node());
        this.pages = pages;
        this.thread = Thread.ofVirtual().name("health-check-ports").unstarted(() -> run(wanted.services));
    }

    /// @param leaving whether the node is about to be deleted
    /// @throws IOException if the process has no descriptor left
    public static HealthChecks start(Store store, AgentView view, Wanted wanted, BooleanSupplier leaving)
            throws IOException {
        ProxyHealth page = new ProxyHealth(view.facts().state(), view.facts().applied(), leaving, Clock.systemUTC());
        HealthChecks checks = new HealthChecks(store, view, wanted, page, SmallPages.start());
        checks.thread.start();
        return checks;
    }

    /// Ports that somebody else has.
    public List<Problem> problems() {
        return problems;
    }

    private void run(boolean services) {
        State state = store.current();
        try {
            while (true) {
                problems = serve(services ? backends.follow(state) : Map.of());
                state = store.awaitAfter(state.revision(), problems.isEmpty() ? IDLE : RETRY);
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    private List<Problem> serve(Map<ServiceName, Integer> ports) {
        Map<InetSocketAddress, SmallPages.Page> wanted = new HashMap<>();
        Map<InetSocketAddress, ServiceName> owners = new HashMap<>();
        List<Problem> found = new ArrayList<>();
        proxy.ifPresent(address -> wanted.put(address, proxyPage));
        ports.forEach((service, port) -> {
            InetSocketAddress address = new InetSocketAddress(port);
            if (wanted.putIfAbsent(address, _ -> answer(service)) == null) {
                owners.put(address, service);
            } else {
                found.add(problem(service, port, "is served for another already"));
            }
        });
        pages.keep(wanted).forEach((address, reason) -> {
            ServiceName owner = owners.get(address);
            found.add(
                    owner == null
                            ? new Problem(
                                    "configuration",
                                    "kube-proxy-replacement-healthz-bind-address",
                                    address + " cannot be listened on: " + reason + ". It is tried again")
                            : problem(
                                    owner,
                                    address.getPort(),
                                    "cannot be listened on: " + reason
                                            + ". Load balancers take this node for one without backends: end what uses"
                                            + " the port"));
        });
        return List.copyOf(found);
    }

    private static Problem problem(ServiceName service, int port, String reason) {
        return new Problem("Service/" + service, "spec.healthCheckNodePort", port + " " + reason);
    }

    private SmallAnswer answer(ServiceName service) {
        int count = backends.of(service);
        return new SmallAnswer(
                count > 0 ? 200 : 503,
                Map.of("X-Load-Balancing-Endpoint-Weight", Integer.toString(count)),
                "{\"service\":{\"namespace\":\"" + service.namespace() + "\",\"name\":\"" + service.name()
                        + "\"},\"localEndpoints\":" + count + "}\n");
    }

    @Override
    public void close() {
        thread.interrupt();
        pages.close();
    }
}
