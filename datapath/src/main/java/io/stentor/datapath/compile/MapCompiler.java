package io.stentor.datapath.compile;

import io.stentor.datapath.sync.DatapathSync;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.Problem;
import io.stentor.model.State;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// From a state to the images of all of the agent's maps: a function of the state, whatever way led to it, but for the
/// numbers of services and backends, which are kept as long as these are there ([Numbers]).
///
/// What was compiled last is remembered, and only what the difference of the two states concerns is looked at again:
/// the cost is that of the change, and images share all that stayed, so that comparing them is as cheap. A compiler
/// that remembers nothing yet compares with the empty state, which is the full compilation; both give equal images
/// (`MapCompilerPropertiesTest`). Other settings are another compiler, and so a full compilation.
///
/// Safe for use by several threads.
public final class MapCompiler {
    private volatile Compiled last;

    /// For a kernel that has no numbers of services yet.
    public MapCompiler(MapSettings settings) {
        this(settings, Numbers.NONE);
    }

    /// @param numbers that services and backends have already
    public MapCompiler(MapSettings settings, Numbers numbers) {
        this(families(settings), numbers);
    }

    MapCompiler(List<MapFamily<?, ?, ?>> families, Numbers numbers) {
        Facts none = Facts.none(numbers);
        last = new Compiled(
                none,
                families.stream()
                        .<Content<?, ?, ?>>map(family -> Content.of(family, none))
                        .toList());
    }

    /// Referents before referrers. That a list is whole at each moment follows: what grows has its places before it is
    /// counted, what shrinks loses them when it has been counted anew, and a place points at a backend that is
    /// there.
    static List<MapFamily<?, ?, ?>> families(MapSettings settings) {
        return List.of(
                new EndpointsMap(),
                new RangesMap(settings),
                new AddressesMap(settings),
                new LocalPodsMap(settings),
                new BackendsMap(),
                new SlotsMap(settings),
                new MembersMap(settings),
                new SourceRangesMap(),
                new FrontendsMap(settings));
    }

    /// Images in the order in which they are written.
    public synchronized List<MapImage<?, ?>> compile(State state) {
        Compiled compiled = last.next(state);
        last = compiled;
        return compiled.contents.stream().<MapImage<?, ?>>map(Content::image).toList();
    }

    /// What is wrong with the state that was compiled last, as far as rows only show together: a problem for each
    /// address and port that a service claims and another has.
    public List<Problem> problems() {
        Facts facts = last.facts;
        return facts.contested().problems(facts);
    }

    /// What became of the services of the state that was compiled last.
    ///
    /// @param settings of this compiler
    public ServedServices services(MapSettings settings) {
        return new ServedServices(last.facts, settings);
    }

    /// Services of the state that was compiled last of which a map did not take all.
    ///
    /// @param settings of this compiler
    /// @param maps     in or after the pass that wrote the images
    public List<Problem> unserved(MapSettings settings, DatapathSync maps) {
        return new UnservedServices(last.facts, settings, maps).problems();
    }

    /// Those of the state that was compiled last.
    Numbers numbers() {
        return last.facts.numbers();
    }

    private record Compiled(Facts facts, List<Content<?, ?, ?>> contents) {
        Compiled next(State state) {
            Change change = new Change(facts, facts.next(state));
            return new Compiled(
                    change.after(),
                    contents.stream()
                            .<Content<?, ?, ?>>map(content -> content.next(change))
                            .toList());
        }
    }

    private record Content<S, K, V>(MapFamily<S, K, V> family, MapImage<K, V> image) {
        static <S, K, V> Content<S, K, V> of(MapFamily<S, K, V> family, Facts none) {
            return new Content<>(family, MapImage.empty(family.map()))
                    .with(family.always().collect(Collectors.toSet()), new Change(none, none));
        }

        Content<S, K, V> next(Change change) {
            return with(family.concerned(change).collect(Collectors.toSet()), change);
        }

        private Content<S, K, V> with(Set<S> subjects, Change change) {
            MapImage<K, V> next = image;
            for (S subject : subjects) {
                Map<K, V> entries = family.entries(subject, change.after());
                for (K key : family.entries(subject, change.before()).keySet()) {
                    next = entries.containsKey(key) ? next : next.minus(key);
                }
                for (Map.Entry<K, V> entry : entries.entrySet()) {
                    next = next.plus(entry.getKey(), entry.getValue());
                }
            }
            return new Content<>(family, next);
        }
    }
}
