package io.stentor.datapath.sync;

import io.stentor.kernel.BatchFailed;
import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.model.PersistentMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/// Writes to one map in batches. What the kernel refuses is told and passed over: one bad entry does not keep the
/// others out.
final class MapWriter {
    /// After so many refusals that are not about room, the rest of a batch is given up until the next pass.
    private static final int PATIENCE = 16;

    private final BpfMap map;

    MapWriter(BpfMap map) {
        this.map = map;
    }

    BpfMap map() {
        return map;
    }

    /// Entries of an array that are zero count as absent, there as in the image.
    private boolean isArray() {
        return map.spec().type() == MapType.ARRAY;
    }

    PersistentMap<ByteString, ByteString> dump() {
        PersistentMap<ByteString, ByteString> content = PersistentMap.empty();
        for (BpfMap.Entry entry : map.dump()) {
            ByteString value = ByteString.wrap(entry.value());
            if (!isArray() || !value.isZero()) {
                content = content.plus(ByteString.wrap(entry.key()), value);
            }
        }
        return content;
    }

    /// Gives entries that are there new values.
    ///
    /// Before kernel 6.13 a trie that is full refuses even that. Such an entry is taken out and put in again, and
    /// missing for a moment: better than the old value for good.
    ///
    /// @param refused gets the index of each entry that has its old value still, or none, and why
    void replace(List<BpfMap.Entry> entries, BiConsumer<Integer, KernelException> refused) {
        List<Integer> crowded = new ArrayList<>();
        write(entries, (i, e) -> {
            if (isFull(e)) {
                crowded.add(i);
            } else {
                refused.accept(i, e);
            }
        });
        for (int i : crowded) {
            BpfMap.Entry entry = entries.get(i);
            delete(List.of(ByteString.wrap(entry.key())), (_, e) -> refused.accept(i, e));
            write(List.of(entry), (_, e) -> refused.accept(i, e));
        }
    }

    /// Adds or replaces.
    ///
    /// @param refused gets the index of each entry that was not written, and why
    void write(List<BpfMap.Entry> entries, BiConsumer<Integer, KernelException> refused) {
        tryAll(entries, rest -> map.updateBatch(rest), refused);
    }

    /// Deletes; entries of arrays become zeros.
    ///
    /// @param refused gets the index of each key that was not deleted, and why
    void delete(List<ByteString> keys, BiConsumer<Integer, KernelException> refused) {
        if (isArray()) {
            byte[] zeros = new byte[map.spec().valueSize()];
            write(keys.stream().map(k -> new BpfMap.Entry(k.bytes(), zeros)).toList(), refused);
        } else {
            tryAll(keys.stream().map(ByteString::bytes).toList(), rest -> map.deleteBatch(rest), refused);
        }
    }

    private interface Batch<T> {
        void run(List<T> items);
    }

    private <T> void tryAll(List<T> items, Batch<T> batch, BiConsumer<Integer, KernelException> refused) {
        int refusals = 0;
        for (int from = 0; from < items.size(); from++) {
            try {
                batch.run(items.subList(from, items.size()));
                return;
            } catch (BatchFailed e) {
                from += e.done();
                refused.accept(from, e);
                if (isFull(e) || ++refusals == PATIENCE) {
                    refuse(from + 1, items.size(), e, refused);
                    return;
                }
            } catch (KernelException e) {
                refuse(from, items.size(), e, refused);
                return;
            }
        }
    }

    private static void refuse(int from, int to, KernelException e, BiConsumer<Integer, KernelException> refused) {
        for (int i = from; i < to; i++) {
            refused.accept(i, e);
        }
    }

    /// Whether there is no room for any more entry. An array has no such state, but keys beyond its size.
    boolean isFull(KernelException e) {
        return !isArray() && (e.errno() == Errno.E2BIG || e.errno() == Errno.ENOSPC);
    }
}
