package io.stentor.kernel.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// An open eBPF map. Keys and values are the bytes that programs see.
///
/// In per-CPU maps a value is the values of all possible CPUs one after the other, each rounded up to 8 bytes:
/// [#splitPerCpu]. Closing releases the descriptor; the map lives on while it is pinned or a program uses it.
/// Safe for use by several threads.
public interface BpfMap extends AutoCloseable {

    /// A key and its value.
    ///
    /// Compared by reference, as arrays are; wrap in [ByteBuffer] to compare contents.
    @SuppressWarnings("ArrayRecordComponent")
    record Entry(byte[] key, byte[] value) {}

    MapSpec spec();

    /// The kernel's number for the map, unique while it lives.
    int id();

    /// The open descriptor, owned by this object.
    int fd();

    /// @return the value, or empty if the key is absent
    Optional<byte[]> lookup(byte[] key);

    /// @throws io.stentor.kernel.KernelException EEXIST or ENOENT as `mode` says, E2BIG when a hash or array has no
    ///     such room, ENOSPC when a trie is full
    void update(byte[] key, byte[] value, UpdateMode mode);

    default void update(byte[] key, byte[] value) {
        update(key, value, UpdateMode.ANY);
    }

    /// @return false if the key was absent
    boolean delete(byte[] key);

    /// Updates all, in order, with few system calls.
    ///
    /// @throws io.stentor.kernel.BatchFailed says how many took effect before one failed
    void updateBatch(List<Entry> entries);

    /// Deletes all, with few system calls; absent keys are passed over.
    ///
    /// @return how many were there
    int deleteBatch(List<byte[]> keys);

    /// All entries. While others write, entries may be missed or, rarely, appear twice; what is there all along
    /// appears in maps that are not resized by eviction.
    List<Entry> dump();

    /// [#dump] without keeping all of them at once, as far as the kernel gives them in batches.
    default void visit(Consumer<Entry> visitor) {
        dump().forEach(visitor);
    }

    /// All keys, without their values.
    default List<byte[]> keys() {
        List<byte[]> keys = new ArrayList<>();
        visit(entry -> keys.add(entry.key()));
        return keys;
    }

    /// Puts a program into a prog array.
    default void put(int index, BpfProgram program) {
        update(index(index), index(program.fd()));
    }

    /// Puts a map into a map of maps; [#lookup] then returns its id.
    default void put(byte[] key, BpfMap inner) {
        update(key, index(inner.fd()));
    }

    /// Gives it a name on a bpf file system; directories on the way are made.
    ///
    /// @throws io.stentor.kernel.KernelException EEXIST if something is at `path`, EPERM if that is on no bpffs
    void pin(Path path);

    @Override
    void close();

    /// An array's key: four bytes in the machine's order.
    static byte[] index(int index) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .array();
    }

    /// The values of each CPU out of what [#lookup] returned.
    default List<byte[]> splitPerCpu(byte[] values) {
        int size = spec().valueSize();
        int step = (size + 7) & ~7;
        List<byte[]> split = new ArrayList<>();
        for (int at = 0; at + size <= values.length; at += step) {
            split.add(java.util.Arrays.copyOfRange(values, at, at + size));
        }
        return split;
    }
}
