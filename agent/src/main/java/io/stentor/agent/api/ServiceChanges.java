package io.stentor.agent.api;

import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Changes of services on their way to the kernel: how many there were, and how long they took from the
/// moment that somebody began to compile them until the kernel had them. A service whose backends change
/// is updated. Safe for use by several threads.
public final class ServiceChanges {
    /// Seconds.
    static final List<Double> BOUNDS = List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0);

    /// What became of a service.
    enum Action {
        ADD,
        UPDATE,
        DELETE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// How long changes of one kind took.
    ///
    /// @param counts by bound, and those above all of them last; each change once
    record Times(List<Long> counts, double seconds) {
        long all() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }

    /// On its way.
    private record Pass(State state, long began, Map<ServiceName, Action> changes) {}

    private final Map<Action, long[]> counts = new EnumMap<>(Action.class);
    private final Map<Action, Double> sums = new EnumMap<>(Action.class);
    private State last = State.awaiting(Set.of());
    private Optional<Pass> pass = Optional.empty();
    private long terminating;

    public ServiceChanges() {
        for (Action action : Action.values()) {
            counts.put(action, new long[BOUNDS.size() + 1]);
            sums.put(action, 0.0);
        }
    }

    /// A state is going to be compiled.
    ///
    /// @param now of [System#nanoTime]
    public synchronized void begin(State state, long now) {
        Map<ServiceName, Action> changes = changes(last, state);
        if (!changes.isEmpty()) {
            // what was not written goes on, and has waited longer
            pass.ifPresent(earlier -> earlier.changes().forEach(changes::putIfAbsent));
            pass = Optional.of(new Pass(state, pass.map(Pass::began).orElse(now), changes));
        }
        terminating += terminating(last, state);
        last = state;
    }

    /// The kernel has been given its entries.
    ///
    /// @param now of [System#nanoTime]
    public synchronized void written(State state, long now) {
        if (pass.isPresent() && pass.get().state() == state) {
            double seconds = (now - pass.get().began()) / 1e9;
            pass.get().changes().values().forEach(action -> count(action, seconds));
            pass = Optional.empty();
        }
    }

    private void count(Action action, double seconds) {
        int bucket = 0;
        while (bucket < BOUNDS.size() && seconds > BOUNDS.get(bucket)) {
            bucket++;
        }
        counts.get(action)[bucket]++;
        sums.merge(action, seconds, Double::sum);
    }

    synchronized Map<Action, Times> times() {
        Map<Action, Times> times = new EnumMap<>(Action.class);
        counts.forEach((action, buckets) ->
                times.put(action, new Times(Arrays.stream(buckets).boxed().toList(), sums.get(action))));
        return times;
    }

    /// Endpoints that were seen to be about to end, each once.
    synchronized long terminating() {
        return terminating;
    }

    private static Map<ServiceName, Action> changes(State before, State after) {
        Map<ServiceName, Action> changes = new HashMap<>();
        before.table(Table.SLICES).diff(after.table(Table.SLICES), new PersistentMap.Diff<SliceName, EndpointSlice>() {
            @Override
            public void added(SliceName name, EndpointSlice slice) {
                backendsOf(slice);
            }

            @Override
            public void removed(SliceName name, EndpointSlice slice) {
                backendsOf(slice);
            }

            private void backendsOf(EndpointSlice slice) {
                if (after.table(Table.SERVICES).containsKey(slice.service())) {
                    changes.put(slice.service(), Action.UPDATE);
                }
            }
        });
        before.table(Table.SERVICES).diff(after.table(Table.SERVICES), new PersistentMap.Diff<ServiceName, Service>() {
            @Override
            public void added(ServiceName name, Service service) {
                changes.put(name, Action.ADD);
            }

            @Override
            public void removed(ServiceName name, Service service) {
                changes.put(name, Action.DELETE);
            }

            @Override
            public void changed(ServiceName name, Service old, Service service) {
                changes.put(name, Action.UPDATE);
            }
        });
        return changes;
    }

    private static long terminating(State before, State after) {
        long[] count = new long[1];
        before.table(Table.SLICES).diff(after.table(Table.SLICES), new PersistentMap.Diff<SliceName, EndpointSlice>() {
            @Override
            public void added(SliceName name, EndpointSlice slice) {
                count[0] += ending(slice).size();
            }

            @Override
            public void removed(SliceName name, EndpointSlice slice) {
                // whoever is gone has been seen before
            }

            @Override
            public void changed(SliceName name, EndpointSlice old, EndpointSlice slice) {
                Set<IpAddress> fresh = ending(slice);
                fresh.removeAll(ending(old));
                count[0] += fresh.size();
            }
        });
        return count[0];
    }

    private static Set<IpAddress> ending(EndpointSlice slice) {
        Set<IpAddress> addresses = new HashSet<>();
        slice.backends().stream()
                .filter(EndpointSlice.Backend::terminating)
                .forEach(backend -> addresses.add(backend.address()));
        return addresses;
    }
}
