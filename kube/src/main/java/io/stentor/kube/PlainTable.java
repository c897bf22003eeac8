package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.EndpointSlice;
import io.stentor.model.PersistentMap;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/// Objects each of which is one row or none, whatever the others are.
///
/// @param <K> the row's key, which is the object's namespace and name
/// @param <R> the row
final class PlainTable<K, R> implements ObjectTable {

    private final Source source;
    private final Set<Source> after;
    private final Form<K, R> form;

    /// What has changed and is not told.
    private final Map<K, Translated<Optional<R>>> news = new HashMap<>();

    /// Of all objects that there are.
    private final Set<K> keys = new HashSet<>();

    /// How objects become rows.
    ///
    /// @param key  of a namespace and a name
    /// @param ours whether a row of the table comes of such an object
    record Form<K, R>(
            Table<K, R> table,
            BiFunction<String, String, K> key,
            Predicate<K> ours,
            Function<GenericKubernetesResource, Translated<Optional<R>>> translate) {}

    private PlainTable(Source source, Set<Source> after, Form<K, R> form) {
        this.source = source;
        this.after = after;
        this.form = form;
    }

    static PlainTable<SliceName, EndpointSlice> ofSlices(ServiceSettings settings) {
        return new PlainTable<>(
                Source.SLICES,
                Set.of(),
                new Form<>(
                        Table.SLICES,
                        SliceName::new,
                        slice -> !slice.isHostPort(),
                        object -> EndpointSlices.translate(object, settings)));
    }

    /// A service whose backends are not known yet would be refused to its clients; which services are served here is
    /// known with the node.
    static PlainTable<ServiceName, Service> ofServices(
            Function<GenericKubernetesResource, Translated<Optional<Service>>> translate) {
        return new PlainTable<>(
                Source.SERVICES,
                Set.of(Source.SLICES, Source.OWN_NODE),
                new Form<>(Table.SERVICES, ServiceName::new, service -> !service.isHostPort(), translate));
    }

    @Override
    public Source source() {
        return source;
    }

    @Override
    public Set<Source> after() {
        return after;
    }

    private K key(GenericKubernetesResource object) {
        return form.key.apply(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    @Override
    public void seen(GenericKubernetesResource object) {
        Translated<Optional<R>> translated = form.translate.apply(object);
        keys.add(key(object));
        news.put(key(object), translated);
    }

    @Override
    public void gone(GenericKubernetesResource object) {
        keys.remove(key(object));
        news.put(key(object), new Translated<>(Optional.empty(), List.of()));
    }

    @Override
    public State into(State state) {
        PersistentMap<K, R> rows = state.table(form.table);
        State next = state;
        for (Map.Entry<K, Translated<Optional<R>>> changed : news.entrySet()) {
            K key = changed.getKey();
            Optional<R> row = changed.getValue().rows();
            rows = row.isPresent() ? rows.plus(key, row.get()) : rows.minus(key);
            next = next.withProblems(source, key.toString(), changed.getValue().problems());
        }
        return next.with(form.table, rows);
    }

    @Override
    public State alone(State state) {
        PersistentMap<K, R> rows = state.table(form.table);
        for (K key : rows.keys().toList()) {
            rows = keys.contains(key) || !form.ours.test(key) ? rows : rows.minus(key);
        }
        return state.with(form.table, rows);
    }

    @Override
    public void told() {
        news.clear();
    }
}
