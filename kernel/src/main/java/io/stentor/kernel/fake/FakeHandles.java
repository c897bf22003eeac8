package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// What holds the objects of [FakeBpf] alive: open descriptors and pins.
final class FakeHandles {
    private final FakeMounts mounts;
    private final Map<Integer, Object> descriptors = new HashMap<>();
    private final Map<Path, Object> pins = new TreeMap<>();
    private final List<FakeLink.Attachment> attachments = new CopyOnWriteArrayList<>();
    private final Set<FakeLink.Attachment> kept = new HashSet<>();
    /// Maps that were put into maps of maps, by their ids.
    private final Map<Integer, FakeTable> inner = new HashMap<>();

    private int lastId;
    private int lastDescriptor = 100;

    FakeHandles(FakeMounts mounts) {
        this.mounts = mounts;
    }

    synchronized int nextId() {
        return ++lastId;
    }

    synchronized int open() {
        return descriptors.size();
    }

    synchronized int open(Object object) {
        descriptors.put(++lastDescriptor, object);
        return lastDescriptor;
    }

    synchronized void close(int descriptor) {
        descriptors.remove(descriptor);
        dropUnheld();
    }

    synchronized void pin(Path path, Object object) {
        if (!mounts.isBpffs(path)) {
            throw new KernelException("BPF_OBJ_PIN", path.toString(), Errno.EPERM, "");
        }
        if (pins.putIfAbsent(path, object) != null) {
            throw new KernelException("BPF_OBJ_PIN", path.toString(), Errno.EEXIST, "");
        }
    }

    synchronized boolean unpin(Path path) {
        boolean was = pins.remove(path) != null;
        dropUnheld();
        return was;
    }

    synchronized List<Path> pins(Path directory) {
        return pins.keySet().stream().filter(path -> path.startsWith(directory)).toList();
    }

    synchronized <T> Optional<T> pinned(Path path, Class<T> kind) {
        Object object = pins.get(path);
        if (object == null) {
            return Optional.empty();
        }
        if (!kind.isInstance(object)) {
            throw new KernelException("BPF_OBJ_GET", path.toString(), Errno.EINVAL, "another kind of object");
        }
        return Optional.of(kind.cast(object));
    }

    /// A map that something holds: a descriptor, a pin, or a map of maps that is held so.
    synchronized Optional<FakeTable> table(int id) {
        List<FakeTable> held = Stream.concat(descriptors.values().stream(), pins.values().stream())
                .filter(FakeTable.class::isInstance)
                .map(FakeTable.class::cast)
                .toList();
        return held.stream()
                .filter(table -> table.id() == id)
                .findFirst()
                .or(() -> held.stream().anyMatch(table -> table.holds(id))
                        ? Optional.ofNullable(inner.get(id))
                        : Optional.empty());
    }

    /// A filter takes the place of the one before; links stand in a row.
    synchronized void attach(FakeLink.Attachment attachment, Hook hook) {
        if (attachment.filter()) {
            attachments.removeIf(other -> other.filter() && other.at(hook, attachment.namespace()));
        }
        attachments.add(attachment);
    }

    /// Stays without anybody who holds it.
    synchronized void attachForGood(FakeLink.Attachment filter, Hook hook) {
        attach(filter, hook);
        kept.add(filter);
    }

    synchronized boolean removeFilter(Hook hook, FakeNetlink namespace) {
        return attachments.removeIf(attachment -> attachment.filter() && attachment.at(hook, namespace));
    }

    synchronized void detach(FakeLink.Attachment attachment) {
        attachments.remove(attachment);
    }

    synchronized List<FakeLink.Attachment> at(Hook hook, FakeNetlink namespace) {
        return attachments.stream()
                .filter(attachment -> attachment.alive() && attachment.at(hook, namespace))
                .toList();
    }

    /// An attachment ends when neither a descriptor nor a pin holds it.
    private void dropUnheld() {
        attachments.removeIf(attachment -> !descriptors.containsValue(attachment)
                && !pins.containsValue(attachment)
                && !kept.contains(attachment));
    }

    /// Maps of maps and prog arrays are written descriptors and keep ids.
    synchronized byte[] resolve(String call, MapSpec spec, byte[] value) {
        if (!spec.type().ofMaps() && spec.type() != MapType.PROG_ARRAY) {
            return value;
        }
        int descriptor = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
        return switch (descriptors.get(descriptor)) {
            case FakeTable table
            when spec.type().ofMaps() -> {
                inner.put(table.id(), table);
                yield BpfMap.index(table.id());
            }
            case FakeProgram.Code code when spec.type() == MapType.PROG_ARRAY -> BpfMap.index(code.id());
            case null, default -> throw new KernelException(call, "map " + spec.name(), Errno.EBADF, "");
        };
    }
}
