package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.bpf.BpfMap.Entry;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.UpdateMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The content of a map, with the kernel's rules for each kind of it. Results are error numbers, 0 when all is well.
final class FakeTable {
    private final int id;
    private final MapSpec spec;
    /// By what identifies an entry: the key, in tries without the bits that do not count.
    private final Map<ByteBuffer, Entry> entries;

    FakeTable(int id, MapSpec spec) {
        this.id = id;
        this.spec = spec;
        this.entries = new LinkedHashMap<>(16, 0.75f, lru(spec.type()));
    }

    int id() {
        return id;
    }

    MapSpec spec() {
        return spec;
    }

    /// Whether this is a map of maps with that one in it.
    synchronized boolean holds(int map) {
        return spec.type().ofMaps() && entries.values().stream().anyMatch(entry -> index(entry.value()) == map);
    }

    int valueBytes(int cpus) {
        return spec.type().perCpu() ? ((spec.valueSize() + 7) & ~7) * cpus : spec.valueSize();
    }

    private static boolean lru(MapType type) {
        return type == MapType.LRU_HASH || type == MapType.LRU_PERCPU_HASH;
    }

    /// Whether keys are indices.
    private boolean indexed() {
        return spec.type().array() || spec.type() == MapType.PROG_ARRAY || spec.type() == MapType.ARRAY_OF_MAPS;
    }

    synchronized Optional<byte[]> lookup(byte[] key) {
        if (spec.type() == MapType.LPM_TRIE) {
            for (int length = Math.min(prefix(key), bits()); length >= 0; length--) {
                Entry entry = entries.get(masked(key, length));
                if (entry != null) {
                    return Optional.of(entry.value().clone());
                }
            }
            return Optional.empty();
        }
        if (indexed() && (index(key) < 0 || index(key) >= spec.maxEntries())) {
            return Optional.empty();
        }
        Entry entry = entries.get(ByteBuffer.wrap(key));
        if (entry == null && spec.type().array()) {
            return Optional.of(new byte[spec.valueSize()]);
        }
        return Optional.ofNullable(entry).map(found -> found.value().clone());
    }

    synchronized int put(byte[] key, byte[] value, UpdateMode mode) {
        if (indexed()) {
            if (index(key) < 0 || index(key) >= spec.maxEntries()) {
                return Errno.E2BIG;
            }
            if (mode == UpdateMode.NOEXIST) {
                return Errno.EEXIST;
            }
        } else {
            if (spec.type() == MapType.LPM_TRIE && prefix(key) > bits()) {
                return Errno.EINVAL;
            }
            boolean exists = entries.containsKey(identity(key));
            if (exists && mode == UpdateMode.NOEXIST) {
                return Errno.EEXIST;
            }
            if (!exists && mode == UpdateMode.EXIST) {
                return Errno.ENOENT;
            }
            if (!exists && entries.size() >= spec.maxEntries() && !makeRoom()) {
                return spec.type() == MapType.LPM_TRIE ? Errno.ENOSPC : Errno.E2BIG;
            }
        }
        entries.put(identity(key), new Entry(key.clone(), value.clone()));
        return 0;
    }

    private boolean makeRoom() {
        if (!lru(spec.type())) {
            return false;
        }
        entries.remove(entries.keySet().iterator().next());
        return true;
    }

    synchronized int remove(byte[] key) {
        if (spec.type().array()) {
            return Errno.EINVAL;
        }
        return entries.remove(identity(key)) == null ? Errno.ENOENT : 0;
    }

    synchronized List<Entry> dump() {
        List<Entry> all = new ArrayList<>();
        if (spec.type().array()) {
            for (int i = 0; i < spec.maxEntries(); i++) {
                byte[] key = io.stentor.kernel.bpf.BpfMap.index(i);
                all.add(new Entry(key, lookup(key).orElseThrow()));
            }
            return all;
        }
        for (Entry entry : entries.values()) {
            all.add(new Entry(entry.key().clone(), entry.value().clone()));
        }
        return all;
    }

    private ByteBuffer identity(byte[] key) {
        return spec.type() == MapType.LPM_TRIE
                ? masked(key, Math.min(prefix(key), bits()))
                : ByteBuffer.wrap(key.clone());
    }

    private int bits() {
        return (spec.keySize() - 4) * 8;
    }

    /// A trie's key begins with its length in bits, in the machine's order.
    private static int prefix(byte[] key) {
        int length = index(key);
        return length < 0 ? Integer.MAX_VALUE : length;
    }

    private static int index(byte[] key) {
        return ByteBuffer.wrap(key).order(ByteOrder.nativeOrder()).getInt();
    }

    private static ByteBuffer masked(byte[] key, int length) {
        byte[] masked = key.clone();
        ByteBuffer.wrap(masked).order(ByteOrder.nativeOrder()).putInt(length);
        for (int i = 4; i < masked.length; i++) {
            int counted = Math.clamp(length - 8L * (i - 4), 0, 8);
            masked[i] &= (byte) (0xff00 >> counted);
        }
        return ByteBuffer.wrap(masked);
    }
}
