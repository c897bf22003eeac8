package io.stentor.model;

import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// All that is known at one moment. Immutable: the `with…` methods answer another state that shares what is the same,
/// and `this` when nothing changes.
///
/// A [Store] numbers and publishes states.
public final class State {
    private final long revision;
    private final PersistentMap<Table<?, ?>, PersistentMap<?, ?>> tables;
    private final Set<Source> awaited;
    private final PersistentMap<Subject, List<Problem>> problems;

    /// Whom a list of problems belongs to: the source and the object that it was found in.
    private record Subject(Source source, String object) {}

    private State(
            long revision,
            PersistentMap<Table<?, ?>, PersistentMap<?, ?>> tables,
            Set<Source> awaited,
            PersistentMap<Subject, List<Problem>> problems) {
        this.revision = revision;
        this.tables = tables;
        this.awaited = awaited;
        this.problems = problems;
    }

    /// Revision 0, with empty tables.
    ///
    /// @param sources those that have to be synced before the tables are complete
    public static State awaiting(Set<Source> sources) {
        return new State(0, PersistentMap.empty(), Set.copyOf(sources), PersistentMap.empty());
    }

    /// Its number; a later state has a higher one.
    public long revision() {
        return revision;
    }

    public PersistentMap<String, Node> nodes() {
        return table(Table.NODES);
    }

    public PersistentMap<Integer, Endpoint> endpoints() {
        return table(Table.ENDPOINTS);
    }

    public PersistentMap<IpAddress, RemotePod> pods() {
        return table(Table.PODS);
    }

    // A table is only ever set together with its own name, which carries the types.
    @SuppressWarnings("unchecked")
    public <K, R> PersistentMap<K, R> table(Table<K, R> name) {
        PersistentMap<?, ?> rows = tables.get(name);
        return rows == null ? PersistentMap.empty() : (PersistentMap<K, R>) rows;
    }

    /// Every table that ever had a row, in the order of their names.
    public NavigableMap<Table<?, ?>, PersistentMap<?, ?>> tables() {
        NavigableMap<Table<?, ?>, PersistentMap<?, ?>> all = new TreeMap<>();
        tables.forEach(all::put);
        return all;
    }

    /// This state with other rows in one table.
    public <K, R> State with(Table<K, R> name, PersistentMap<K, R> rows) {
        return rows.equals(table(name)) ? this : new State(revision, tables.plus(name, rows), awaited, problems);
    }

    /// This state with one row added or replaced.
    public <K, R> State with(Table<K, R> name, R row) {
        return with(name, table(name).plus(name.key(row), row));
    }

    /// This state without one row.
    public <K, R> State without(Table<K, R> name, K key) {
        return with(name, table(name).minus(key));
    }

    /// Whether all that this source had at the start is in the tables, or nobody waits for it.
    public boolean synced(Source source) {
        return !awaited.contains(source);
    }

    /// Whether the tables are complete: from here on a missing row means that there is none.
    public boolean synced() {
        return awaited.isEmpty();
    }

    /// The sources that are not synced yet.
    public Set<Source> awaited() {
        return awaited;
    }

    /// This state with a source marked as synced.
    public State withSynced(Source source) {
        if (synced(source)) {
            return this;
        }
        Set<Source> rest = EnumSet.copyOf(awaited);
        rest.remove(source);
        return new State(revision, tables, Set.copyOf(rest), problems);
    }

    /// What is wrong with objects of the sources, sorted by text.
    public List<Problem> problems() {
        return StreamSupport.stream(problems.spliterator(), false)
                .flatMap(e -> e.getValue().stream())
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .collect(Collectors.toUnmodifiableList());
    }

    /// This state with the problems of one object of a source replaced; none clears them.
    ///
    /// @param object in whatever form the source tells its objects apart; "" for the source as a whole
    public State withProblems(Source source, String object, List<Problem> found) {
        Subject subject = new Subject(source, object);
        PersistentMap<Subject, List<Problem>> next =
                found.isEmpty() ? problems.minus(subject) : problems.plus(subject, List.copyOf(found));
        return next.equals(problems) ? this : new State(revision, tables, awaited, next);
    }

    /// The same facts under another number.
    State at(long number) {
        return new State(number, tables, awaited, problems);
    }

    @Override
    public String toString() {
        return "State " + revision + " " + tables() + (awaited.isEmpty() ? "" : ", awaiting " + awaited);
    }
}
