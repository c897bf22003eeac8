package io.stentor.agent.api;

import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// How many backends of this node services have that want it told, and where. Follows states at the cost of what
/// changed.
///
/// Read from any thread, led by one.
final class LocalBackends {
    private final String node;
    private State followed = State.awaiting(Set.of());
    private final Map<ServiceName, Integer> ports = new TreeMap<>();
    private final Map<ServiceName, Map<SliceName, EndpointSlice>> slices = new HashMap<>();
    private final Map<ServiceName, Integer> counts = new ConcurrentHashMap<>();

    /// @param node this one's name
    LocalBackends(String node) {
        this.node = node;
    }

    /// @return the services that have a `healthCheckNodePort`, in the order of their names
    Map<ServiceName, Integer> follow(State next) {
        Set<ServiceName> concerned = new HashSet<>();
        followed.table(Table.SERVICES).diff(next.table(Table.SERVICES), new Services());
        followed.table(Table.SLICES).diff(next.table(Table.SLICES), new Slices(concerned));
        concerned.forEach(this::count);
        followed = next;
        return new TreeMap<>(ports);
    }

    /// Backends of this node that take new connections. A pod of two families is one.
    int of(ServiceName service) {
        return counts.getOrDefault(service, 0);
    }

    private void count(ServiceName service) {
        int most = Stream.of(Family.values())
                .mapToInt(family -> (int) addresses(service)
                        .filter(address -> address.family() == family)
                        .distinct()
                        .count())
                .max()
                .orElse(0);
        if (most == 0) {
            counts.remove(service);
        } else {
            counts.put(service, most);
        }
    }

    private Stream<IpAddress> addresses(ServiceName service) {
        return Optional.ofNullable(slices.get(service)).stream()
                .flatMap(all -> all.values().stream())
                .flatMap(slice -> slice.backends().stream())
                .filter(backend -> backend.ready() && backend.place().node().equals(node))
                .map(EndpointSlice.Backend::address);
    }

    private final class Services implements PersistentMap.Diff<ServiceName, Service> {
        @Override
        public void added(ServiceName name, Service service) {
            int port = service.selection().healthCheckNodePort();
            if (port != 0) {
                ports.put(name, port);
            }
        }

        @Override
        public void removed(ServiceName name, Service service) {
            ports.remove(name);
        }
    }

    private final class Slices implements PersistentMap.Diff<SliceName, EndpointSlice> {
        private final Set<ServiceName> concerned;

        Slices(Set<ServiceName> concerned) {
            this.concerned = concerned;
        }

        @Override
        public void added(SliceName name, EndpointSlice slice) {
            slices.computeIfAbsent(slice.service(), _ -> new HashMap<>()).put(name, slice);
            concerned.add(slice.service());
        }

        @Override
        public void removed(SliceName name, EndpointSlice slice) {
            slices.computeIfPresent(slice.service(), (_, all) -> {
                all.remove(name);
                return all.isEmpty() ? null : all;
            });
            concerned.add(slice.service());
        }
    }
}
