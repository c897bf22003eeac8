package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.stentor.kernel.BatchFailed;
import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap.Entry;
import io.stentor.kernel.linux.BpfCall.Command;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Many entries of a map with one system call, or one by one for kinds of map whose kernel has no batches.
///
/// A batch ends at the first entry that fails; the kernel writes back how many it has done.
final class MapBatches {
    private static final int CHUNK = 4096;

    private MapBatches() {}

    static void update(LinuxMap map, List<Entry> entries) {
        int done = 0;
        while (done < entries.size()) {
            List<Entry> chunk = entries.subList(done, Math.min(entries.size(), done + CHUNK));
            try (var call = new BpfCall(Command.MAP_UPDATE_BATCH)) {
                MemorySegment keys =
                        call.allocate((long) chunk.size() * map.spec().keySize());
                MemorySegment values = call.allocate((long) chunk.size() * map.valueBytes());
                for (int i = 0; i < chunk.size(); i++) {
                    put(keys, i, chunk.get(i).key());
                    put(values, i, chunk.get(i).value());
                }
                call.pointer(16, keys).pointer(24, values).u32(32, chunk.size()).u32(36, map.fd());
                int result = call.call();
                if (absent(result)) {
                    updateEach(map, entries, done);
                    return;
                }
                if (result < 0) {
                    int more = result == -Errno.EFAULT ? 0 : call.u32(32);
                    throw new BatchFailed("BPF_MAP_UPDATE_BATCH", map.title(), -result, done + more);
                }
            }
            done += chunk.size();
        }
    }

    private static void updateEach(LinuxMap map, List<Entry> entries, int from) {
        for (int i = from; i < entries.size(); i++) {
            try {
                map.update(entries.get(i).key(), entries.get(i).value());
            } catch (KernelException e) {
                throw new BatchFailed(e.call(), map.title(), e.errno(), i);
            }
        }
    }

    static int delete(LinuxMap map, List<byte[]> keys) {
        int passed = 0;
        int deleted = 0;
        while (passed < keys.size()) {
            List<byte[]> chunk = keys.subList(passed, Math.min(keys.size(), passed + CHUNK));
            try (var call = new BpfCall(Command.MAP_DELETE_BATCH)) {
                MemorySegment block =
                        call.allocate((long) chunk.size() * map.spec().keySize());
                for (int i = 0; i < chunk.size(); i++) {
                    put(block, i, chunk.get(i));
                }
                call.pointer(16, block).u32(32, chunk.size()).u32(36, map.fd());
                int result = call.call();
                if (absent(result)) {
                    return deleted + deleteEach(map, keys, passed);
                }
                if (result < 0 && result != -Errno.ENOENT) {
                    throw new BatchFailed("BPF_MAP_DELETE_BATCH", map.title(), -result, passed + call.u32(32));
                }
                int count = result < 0 ? call.u32(32) : chunk.size();
                deleted += count;
                // the one it stopped at was absent
                passed += result < 0 ? count + 1 : count;
            }
        }
        return deleted;
    }

    private static int deleteEach(LinuxMap map, List<byte[]> keys, int from) {
        int deleted = 0;
        for (int i = from; i < keys.size(); i++) {
            try {
                deleted += map.delete(keys.get(i)) ? 1 : 0;
            } catch (KernelException e) {
                throw new BatchFailed(e.call(), map.title(), e.errno(), i);
            }
        }
        return deleted;
    }

    static void visit(LinuxMap map, Consumer<Entry> visitor) {
        if (!visitBatched(map, visitor)) {
            walk(map).forEach(visitor);
        }
    }

    /// @return false if the kernel has no batches for the kind of map; nothing was visited then
    private static boolean visitBatched(LinuxMap map, Consumer<Entry> visitor) {
        int keySize = map.spec().keySize();
        int room = Math.max(1, Math.min(CHUNK, map.spec().maxEntries()));
        // where the kernel goes on: a bucket number for hashes, a key for others
        byte[] position = new byte[0];
        while (true) {
            try (var call = new BpfCall(Command.MAP_LOOKUP_BATCH)) {
                MemorySegment next = call.allocate(Math.max(4, keySize));
                MemorySegment keys = call.allocate((long) room * keySize);
                MemorySegment values = call.allocate((long) room * map.valueBytes());
                call.pointer(8, next)
                        .pointer(16, keys)
                        .pointer(24, values)
                        .u32(32, room)
                        .u32(36, map.fd());
                if (position.length > 0) {
                    call.bytes(0, position);
                }
                int result = call.call();
                if (absent(result)) {
                    return false;
                }
                if (result == -Errno.ENOSPC) {
                    // one bucket holds more than fits; nothing was taken
                    room *= 2;
                    continue;
                }
                if (result < 0 && result != -Errno.ENOENT) {
                    throw call.failure(map.title(), -result, "");
                }
                accept(visitor, call.u32(32), keys, keySize, values, map.valueBytes());
                if (result == -Errno.ENOENT) {
                    return true;
                }
                position = next.toArray(JAVA_BYTE);
            }
        }
    }

    /// In one copy: one of native memory for each element costs more than the element.
    private static void accept(
            Consumer<Entry> visitor, int count, MemorySegment keys, int keySize, MemorySegment values, int valueSize) {
        byte[] allKeys = bytes(keys, count, keySize);
        byte[] allValues = bytes(values, count, valueSize);
        for (int i = 0; i < count; i++) {
            visitor.accept(new Entry(get(allKeys, i, keySize), get(allValues, i, valueSize)));
        }
    }

    private static byte[] get(byte[] block, int index, int size) {
        return Arrays.copyOfRange(block, index * size, (index + 1) * size);
    }

    /// From key to key. When the key it stands at is deleted meanwhile, the kernel begins anew: what comes twice is
    /// kept once, and a walk that begins anew too often ends.
    private static List<Entry> walk(LinuxMap map) {
        Map<ByteBuffer, Entry> all = new LinkedHashMap<>();
        long steps = 4L * map.spec().maxEntries() + 16;
        Optional<byte[]> key = next(map, new byte[0]);
        while (key.isPresent() && steps-- > 0) {
            byte[] at = key.get();
            map.lookup(at).ifPresent(value -> all.put(ByteBuffer.wrap(at), new Entry(at, value)));
            key = next(map, at);
        }
        return new ArrayList<>(all.values());
    }

    private static Optional<byte[]> next(LinuxMap map, byte[] key) {
        try (var call = new BpfCall(Command.MAP_GET_NEXT_KEY)) {
            MemorySegment next = call.allocate(map.spec().keySize());
            call.u32(0, map.fd()).pointer(16, next);
            if (key.length > 0) {
                call.bytes(8, key);
            }
            int result = call.call();
            if (result == -Errno.ENOENT) {
                return Optional.empty();
            }
            if (result < 0) {
                throw call.failure(map.title(), -result, "");
            }
            return Optional.of(bytes(next, 1, map.spec().keySize()));
        }
    }

    /// Whether the kernel has no batches for the kind of map.
    private static boolean absent(int result) {
        return result == -Errno.ENOTSUPP || result == -Errno.EINVAL || result == -Errno.EOPNOTSUPP;
    }

    private static void put(MemorySegment block, long index, byte[] bytes) {
        MemorySegment.copy(bytes, 0, block, JAVA_BYTE, index * bytes.length, bytes.length);
    }

    private static byte[] bytes(MemorySegment block, int count, int size) {
        return block.asSlice(0, (long) count * size).toArray(JAVA_BYTE);
    }
}
