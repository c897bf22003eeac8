package io.stentor.datapath.sync;

import io.stentor.bpf.MapSpec;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// All maps of the agent, made equal to their images. The only writer of these maps; safe for use by several threads,
/// one pass at a time.
///
/// Order is what keeps the datapath whole at every moment: entries are written in the order of the images (referents
/// before referrers), then programs are attached, then entries are deleted in the reverse order. Where an entry that
/// should have changed or gone is still there, nothing is deleted that it may point at.
public final class DatapathSync {
    private final Map<String, MapSync> maps = new LinkedHashMap<>();
    private final Watch watch;

    /// Who is told of what leaves a map, when it has, in the pass.
    ///
    /// @param map  its name
    /// @param gone gets values, at least one
    public record Watch(String map, Consumer<List<byte[]>> gone) {
        /// Nobody.
        public static final Watch NONE = new Watch("", _ -> {});
    }

    /// @param maps by name, open as long as this is in use
    public DatapathSync(Map<String, BpfMap> maps) {
        this(maps, Watch.NONE);
    }

    /// As the other one.
    public DatapathSync(Map<String, BpfMap> maps, Watch watch) {
        maps.forEach((name, map) -> this.maps.put(name, new MapSync(map)));
        this.watch = watch;
    }

    /// What came of a pass.
    ///
    /// @param problems   what the kernel did not take
    /// @param retryAfter when to come again with the same images, if something failed
    public record Outcome(List<Problem> problems, Optional<Duration> retryAfter) {}

    /// How full a map is.
    public record Usage(String map, int entries, int maxEntries) {}

    /// Makes the maps what the images say. Maps without an image are left alone.
    ///
    /// @param complete whether a missing entry means that there is none; if not, nothing is deleted
    /// @param attach   runs once all entries are written and before any is deleted; answers what failed
    /// @param now      of [System#nanoTime]
    /// @throws IllegalArgumentException if there is an image of an unknown map
    public synchronized Outcome sync(
            List<MapImage<?, ?>> images, boolean complete, Supplier<List<Problem>> attach, long now) {
        List<MapSync> order =
                images.stream().map(image -> of(image.map().name())).toList();
        List<Problem> problems = new ArrayList<>();
        do {
            for (int i = 0; i < order.size(); i++) {
                order.get(i).prepare(images.get(i), now);
            }
            order.forEach(MapSync::write);
            problems.clear();
            problems.addAll(attach.get());
            delete(order.reversed(), complete);
        } while (finish(order, now));
        long retry = Long.MAX_VALUE;
        for (MapSync map : order) {
            problems.addAll(map.problems());
            retry = Math.min(retry, map.retryAfter(now));
        }
        return new Outcome(
                List.copyOf(problems),
                retry == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(retry)));
    }

    private MapSync of(String name) {
        MapSync map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("no map " + name + " among " + maps.keySet());
        }
        return map;
    }

    private void delete(List<MapSync> referrersFirst, boolean complete) {
        boolean allowed = complete;
        for (MapSync map : referrersFirst) {
            List<byte[]> gone = map.delete(allowed);
            allowed &= !map.isStale();
            if (!gone.isEmpty() && map == maps.get(watch.map)) {
                watch.gone.accept(gone);
            }
        }
    }

    /// @return whether room was made for entries that found none before
    private static boolean finish(List<MapSync> maps, long now) {
        boolean again = false;
        for (MapSync map : maps) {
            again |= map.finish(now);
        }
        return again;
    }

    /// Whether the kernel took all of a map's entries in the pass that is under way, or in the last one.
    ///
    /// @throws IllegalArgumentException if the map is none of these
    public synchronized boolean isWhole(MapSpec<?, ?> map) {
        return of(map.name()).isWhole();
    }

    /// Whether the kernel refused an entry in the pass that is under way, or in the last one; in a map that cannot be
    /// read, each counts as refused.
    ///
    /// @throws IllegalArgumentException if the map is none of these
    public synchronized <K> boolean isRefused(MapSpec<K, ?> map, K key) {
        return of(map.name()).isRefused(ByteString.wrap(map.key().encode(key)));
    }

    /// What the kernel holds otherwise than the last images said, read from the kernel now.
    ///
    /// @throws io.stentor.kernel.KernelException if a map cannot be read
    public synchronized List<Difference> differences() {
        return maps.values().stream().flatMap(m -> m.differences().stream()).toList();
    }

    /// How full the maps are that have been synced, as far as known without reading them.
    public synchronized List<Usage> usage() {
        return maps.entrySet().stream()
                .flatMap(e -> e.getValue().usage(e.getKey()).stream())
                .toList();
    }

    /// Makes the next pass start from what the kernel holds then, as after a restart.
    public synchronized void forget() {
        maps.values().forEach(MapSync::forget);
    }
}
