package io.stentor.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.SliceName;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// The pods of this node that want ports of it, on their way into the state. Owned by one thread.
final class HostPortTable implements StateTable {

    private final ServiceSettings settings;
    private final Predicate<IpAddress> isHere;

    /// By namespace and name: those that want some.
    private final Map<String, Pod> pods = new HashMap<>();

    private final Map<String, Translated<List<HostPorts.Opened>>> opened = new HashMap<>();
    private final Set<String> changed = new HashSet<>();

    /// Of rows that were told, and may have no pod any more.
    private final Set<ServiceName> closed = new HashSet<>();

    /// @param isHere whether this host has an address
    HostPortTable(ServiceSettings settings, Predicate<IpAddress> isHere) {
        this.settings = settings;
        this.isHere = isHere;
    }

    @Override
    public Source source() {
        return Source.HOST_PORTS;
    }

    @Override
    public Set<Source> after() {
        return Set.of();
    }

    private static String key(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    void seen(Pod pod) {
        if (HostPorts.wants(pod)) {
            pods.put(key(pod), pod);
            translate(key(pod), pod);
        } else {
            gone(pod);
        }
    }

    void gone(Pod pod) {
        if (pods.remove(key(pod)) != null) {
            replace(key(pod), new Translated<>(List.of(), List.of()));
            opened.remove(key(pod));
        }
    }

    /// The host's addresses are others than before, perhaps.
    void hostChanged() {
        pods.forEach(this::translate);
    }

    private void translate(String key, Pod pod) {
        replace(key, HostPorts.translate(pod, settings, isHere));
    }

    private void replace(String key, Translated<List<HostPorts.Opened>> now) {
        Translated<List<HostPorts.Opened>> before = opened.put(key, now);
        if (!now.equals(before)) {
            changed.add(key);
            names(before).forEach(closed::add);
        }
    }

    private static List<ServiceName> names(@org.jspecify.annotations.Nullable Translated<List<HostPorts.Opened>> of) {
        return of == null
                ? List.of()
                : of.rows().stream().map(port -> port.service().name()).toList();
    }

    @Override
    public State into(State state) {
        State next = state;
        for (ServiceName name : closed) {
            next = without(name, next);
        }
        for (String key : changed) {
            Translated<List<HostPorts.Opened>> now = opened.get(key);
            List<Problem> problems = now == null ? List.of() : now.problems();
            next = next.withProblems(Source.HOST_PORTS, key, problems);
            for (HostPorts.Opened port : now == null ? List.<HostPorts.Opened>of() : now.rows()) {
                next = next.with(Table.SERVICES, port.service()).with(Table.SLICES, port.slice());
            }
        }
        return next;
    }

    private static State without(ServiceName port, State state) {
        return state.without(Table.SERVICES, port).without(Table.SLICES, SliceName.ofHostPort(port));
    }

    @Override
    public State alone(State state) {
        Set<ServiceName> known = new HashSet<>();
        opened.values().forEach(ports -> known.addAll(names(ports)));
        State next = state;
        for (ServiceName name : state.table(Table.SERVICES)
                .values()
                .map(Service::name)
                .filter(name -> name.isHostPort() && !known.contains(name))
                .toList()) {
            next = without(name, next);
        }
        return next;
    }

    @Override
    public void told() {
        changed.clear();
        closed.clear();
    }
}
