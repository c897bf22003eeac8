package io.stentor.datapath.sync;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One map on its way to its image. A pass is [#prepare], [#write], [#delete], [#finish], in this order; between write
/// and delete come the other maps' turns.
///
/// What the map holds is read once and then known, because nobody else writes. It counts as unknown while a pass is
/// under way: when a pass ends early, the next one reads again. After a pass the known content is the image itself
/// but for what could not be done, so that the next difference costs what changed and no more.
final class MapSync {
    private final MapWriter writer;
    private final Backoff backoff = new Backoff();
    private @Nullable MapImage<?, ?> image;
    private @Nullable PersistentMap<ByteString, ByteString> known;
    private @Nullable String unreadable;
    private boolean freed;
    private boolean retrying;

    /// Grows anew during a pass.
    private Failures failures = new Failures();

    private PersistentMap<ByteString, ByteString> before = PersistentMap.empty();
    private final List<BpfMap.Entry> changes = new ArrayList<>();
    private final List<BpfMap.Entry> additions = new ArrayList<>();
    private final List<ByteString> removals = new ArrayList<>();
    private final List<ByteString> retained = new ArrayList<>();

    MapSync(BpfMap map) {
        this.writer = new MapWriter(map);
    }

    /// Finds out what is to be done. What failed before is left out until its time has come.
    void prepare(MapImage<?, ?> next, long now) {
        image = next;
        retrying = freed || !backoff.waiting(now);
        freed = false;
        Failures earlier = failures;
        failures = new Failures();
        clear();
        if (known == null && !read()) {
            return;
        }
        before = Objects.requireNonNull(known);
        known = null;
        before.diff(next.entries(), new PersistentMap.Diff<ByteString, ByteString>() {
            @Override
            public void added(ByteString key, ByteString value) {
                if (isDue(key, value, earlier)) {
                    additions.add(new BpfMap.Entry(key.bytes(), value.bytes()));
                }
            }

            @Override
            public void changed(ByteString key, ByteString old, ByteString value) {
                if (isDue(key, value, earlier)) {
                    changes.add(new BpfMap.Entry(key.bytes(), value.bytes()));
                }
            }

            @Override
            public void removed(ByteString key, ByteString value) {
                if (isDue(key, null, earlier)) {
                    removals.add(key);
                }
            }
        });
    }

    private void clear() {
        List.of(changes, additions, removals, retained).forEach(List::clear);
        before = PersistentMap.empty();
    }

    private boolean read() {
        try {
            known = writer.dump();
            unreadable = null;
            return true;
        } catch (KernelException e) {
            unreadable = e.getMessage();
            return false;
        }
    }

    private boolean isDue(ByteString key, @Nullable ByteString value, Failures earlier) {
        Failures.Failure failure = earlier.of(key, value);
        if (retrying || failure == null) {
            return true;
        }
        failures.add(key, failure);
        return false;
    }

    /// Replaces and adds. Entries that are there come first: a full map has room for them.
    void write() {
        writer.replace(changes, (i, e) -> refused(changes.get(i), e, true));
        writer.write(additions, (i, e) -> refused(additions.get(i), e, false));
    }

    private void refused(BpfMap.Entry entry, KernelException e, boolean stale) {
        ByteString value = ByteString.wrap(entry.value());
        failures.add(ByteString.wrap(entry.key()), new Failures.Failure(value, reason(e), writer.isFull(e), stale));
    }

    private static String reason(KernelException e) {
        return e.call() + " " + Errno.describe(e.errno());
    }

    /// Deletes what the image does not have, or leaves it for a later pass.
    ///
    /// @return values of what was deleted
    List<byte[]> delete(boolean allowed) {
        if (!allowed) {
            retained.addAll(removals);
            return List.of();
        }
        int earlier = failures.count();
        writer.delete(
                removals, (i, e) -> failures.add(removals.get(i), new Failures.Failure(null, reason(e), false, true)));
        freed = failures.count() - earlier < removals.size() && failures.anyFull();
        return removals.stream()
                .filter(key -> !failures.keys().contains(key))
                .map(key -> Objects.requireNonNull(before.get(key)).bytes())
                .toList();
    }

    /// Whether an entry stands here that should have changed or gone: what it points at must stay.
    boolean isStale() {
        return unreadable != null || failures.anyStale();
    }

    boolean isWhole() {
        return unreadable == null && failures.count() == 0;
    }

    boolean isRefused(ByteString key) {
        return unreadable != null || failures.keys().contains(key);
    }

    /// @return whether another pass should follow at once, because room was made for entries that had found none
    boolean finish(long now) {
        if (unreadable == null) {
            known = content();
        }
        clear();
        if (isWhole()) {
            backoff.succeeded();
        } else if (retrying) {
            backoff.failed(now);
        }
        return freed;
    }

    private PersistentMap<ByteString, ByteString> content() {
        PersistentMap<ByteString, ByteString> content =
                Objects.requireNonNull(image).entries();
        List<ByteString> undone = new ArrayList<>(retained);
        undone.addAll(failures.keys());
        for (ByteString key : undone) {
            ByteString old = before.get(key);
            content = old == null ? content.minus(key) : content.plus(key, old);
        }
        return content;
    }

    /// Nanoseconds until there is something to try again.
    long retryAfter(long now) {
        return backoff.left(now);
    }

    /// Makes the next pass read the map again, and try what failed.
    void forget() {
        known = null;
        freed = true;
    }

    List<Problem> problems() {
        if (unreadable != null) {
            return List.of(new Problem("map " + name(), "", "cannot be read: " + unreadable));
        }
        return failures.problems(name(), image == null ? 0 : image.size(), spec().maxEntries());
    }

    private String name() {
        return image == null ? spec().name() : image.map().name();
    }

    private io.stentor.kernel.bpf.MapSpec spec() {
        return writer.map().spec();
    }

    Optional<DatapathSync.Usage> usage(String name) {
        return Optional.ofNullable(known).map(k -> new DatapathSync.Usage(name, k.size(), spec().maxEntries()));
    }

    /// Reads the map and compares it with its last image.
    List<Difference> differences() {
        return image == null ? List.of() : Difference.between(image, writer.dump());
    }
}
