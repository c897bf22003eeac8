package io.stentor.datapath.compile;

import io.stentor.datapath.sync.MapImage;
import io.stentor.model.State;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// From a state to the images of all of the agent's maps: a function of the state, whatever way led to it.
///
/// What was compiled last is remembered, and only what the difference of the two states concerns is looked at again:
/// the cost is that of the change, and images share all that stayed, so that comparing them is as cheap. A compiler
/// that remembers nothing yet compares with the empty state, which is the full compilation; both give equal images
/// (`MapCompilerPropertiesTest`). Other settings are another compiler, and so a full compilation.
///
/// Safe for use by several threads.
public final class MapCompiler {
    private volatile Compiled last;

    public MapCompiler(MapSettings settings) {
        // Referents before referrers.
        this(List.of(
                new EndpointsMap(), new RangesMap(settings), new AddressesMap(settings), new LocalPodsMap(settings)));
    }

    MapCompiler(List<MapFamily<?, ?, ?>> families) {
        last = new Compiled(
                Facts.NONE, families.stream().<Content<?, ?, ?>>map(Content::of).toList());
    }

    /// Images in the order in which they are written.
    public List<MapImage<?, ?>> compile(State state) {
        Compiled compiled = last.next(state);
        last = compiled;
        return compiled.contents.stream().<MapImage<?, ?>>map(Content::image).toList();
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
        static <S, K, V> Content<S, K, V> of(MapFamily<S, K, V> family) {
            Content<S, K, V> none = new Content<>(family, MapImage.empty(family.map()));
            return none.with(family.always().collect(Collectors.toSet()), new Change(Facts.NONE, Facts.NONE));
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
