package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.NotSupported;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.RingBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/// eBPF without a kernel. Maps keep the kernel's rules; programs never run. All features are there until
/// [#without] takes one away; objects can be loaded once [#define] says what is in them.
public final class FakeBpf implements Bpf {
    private static final int CPUS = 2;

    private final FakeMounts mounts;
    private final Supplier<FakeNetlink> currentNamespace;
    private final Set<Feature> features = EnumSet.allOf(Feature.class);
    private final FakeObjects objects = new FakeObjects(this);
    private final Map<Integer, Object> descriptors = new HashMap<>();
    private final Map<Path, Object> pins = new TreeMap<>();
    private final List<FakeLink.Attachment> attachments = new ArrayList<>();
    private final Map<FakeTable, FakeRing> rings = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private int lastId;
    private int lastDescriptor = 100;

    FakeBpf(FakeMounts mounts, Supplier<FakeNetlink> currentNamespace) {
        this.mounts = mounts;
        this.currentNamespace = currentNamespace;
    }

    /// Says what [#load] finds in the object of this name.
    public FakeBpf define(FakeObjects.Definition definition) {
        objects.define(definition);
        return this;
    }

    /// Takes a feature away.
    public FakeBpf without(Feature feature) {
        features.remove(feature);
        return this;
    }

    /// What was asked of the kernel, oldest first: `updateBatch NAME COUNT`, `deleteBatch NAME COUNT`,
    /// `update NAME`, `delete NAME`, `lookup NAME`, `dump NAME`, `attach PROGRAM`, `link update PROGRAM`,
    /// `pin PATH`, `unpin PATH`.
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    public synchronized void forgetCalls() {
        calls.clear();
    }

    /// The next entry written to or deleted from a map of this name fails, once.
    public synchronized void failNext(String map, int errno) {
        failures.put(map, errno);
    }

    /// Descriptors that are open: what a test leaks.
    public synchronized int openDescriptors() {
        return descriptors.size();
    }

    /// The ring behind a map, for tests to put records into.
    public synchronized FakeRing ring(BpfMap map) {
        return rings.computeIfAbsent(((FakeMap) map).table(), _ -> new FakeRing());
    }

    @Override
    public synchronized FakeMap createMap(MapSpec spec) {
        boolean ring = spec.type() == MapType.RINGBUF;
        if (spec.maxEntries() <= 0 || (!ring && spec.keySize() <= 0)) {
            throw new KernelException("BPF_MAP_CREATE", spec.toString(), Errno.EINVAL, "");
        }
        return new FakeMap(this, new FakeTable(nextId(), spec));
    }

    @Override
    public synchronized Optional<BpfMap> openPinnedMap(Path path) {
        return pinned(path, FakeTable.class).map(table -> new FakeMap(this, table));
    }

    @Override
    public synchronized Optional<BpfMap> openMap(int id) {
        List<Object> held = new ArrayList<>(descriptors.values());
        held.addAll(pins.values());
        return held.stream()
                .filter(object -> object instanceof FakeTable table && table.id() == id)
                .findFirst()
                .map(table -> new FakeMap(this, (FakeTable) table));
    }

    @Override
    public synchronized Optional<BpfProgram> openPinnedProgram(Path path) {
        return pinned(path, FakeProgram.Code.class).map(code -> new FakeProgram(this, code));
    }

    @Override
    public synchronized Optional<BpfLink> openPinnedLink(Path path) {
        return pinned(path, FakeLink.Attachment.class).map(attachment -> new FakeLink(this, attachment, path));
    }

    private <T> Optional<T> pinned(Path path, Class<T> kind) {
        Object object = pins.get(path);
        if (object == null) {
            return Optional.empty();
        }
        if (!kind.isInstance(object)) {
            throw new KernelException("BPF_OBJ_GET", path.toString(), Errno.EINVAL, "another kind of object");
        }
        return Optional.of(kind.cast(object));
    }

    @Override
    public synchronized List<Path> pins(Path directory) {
        return pins.keySet().stream().filter(path -> path.startsWith(directory)).toList();
    }

    @Override
    public synchronized boolean unpin(Path path) {
        called("unpin " + path);
        boolean was = pins.remove(path) != null;
        dropUnheld();
        return was;
    }

    @Override
    public synchronized BpfObject load(ObjectSpec spec) {
        return objects.load(spec);
    }

    /// What was loaded, oldest first.
    public synchronized List<ObjectSpec> loaded() {
        return objects.loaded();
    }

    @Override
    public synchronized BpfLink attach(BpfProgram program, Hook hook) {
        called("attach " + program.name());
        FakeNetlink namespace = currentNamespace.get();
        boolean filter = hook instanceof Hook.Tc && !has(Feature.TCX);
        FakeProgram.Code code = ((FakeProgram) program).code();
        var attachment = new FakeLink.Attachment(nextId(), hook, namespace, filter, code);
        if (!attachment.alive()) {
            throw new KernelException("BPF_LINK_CREATE", program + " to " + hook, Errno.ENODEV, "");
        }
        if (filter) {
            attachments.removeIf(other -> other.at(hook, namespace));
        }
        attachments.add(attachment);
        return new FakeLink(this, attachment, null);
    }

    @Override
    public synchronized BpfLink attach(BpfProgram program, Hook hook, Path pin) {
        Optional<BpfLink> existing = openPinnedLink(pin);
        if (existing.isPresent()) {
            FakeLink.Attachment attachment = (FakeLink.Attachment) pins.get(pin);
            if (attachment != null && attachment.alive() && attachment.at(hook, currentNamespace.get())) {
                existing.get().update(program);
                return existing.get();
            }
            existing.get().close();
            unpin(pin);
        }
        BpfLink made = attach(program, hook);
        made.pin(pin);
        return made;
    }

    @Override
    public synchronized List<Attached> attached(Hook hook) {
        return attachments.stream()
                .filter(attachment -> attachment.alive() && attachment.at(hook, currentNamespace.get()))
                .map(at -> new Attached(
                        at.program().id(),
                        at.filter() ? 0 : at.id(),
                        at.program().name()))
                .toList();
    }

    @Override
    public RingBuffer ringBuffer(BpfMap ring) {
        if (ring.spec().type() != MapType.RINGBUF) {
            throw new IllegalArgumentException(ring + " is no ring buffer");
        }
        return ring(ring);
    }

    @Override
    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    @Override
    public void require(Feature feature) {
        if (!has(feature)) {
            throw new NotSupported(feature.name(), feature.since());
        }
    }

    @Override
    public int possibleCpus() {
        return CPUS;
    }

    synchronized int nextId() {
        return ++lastId;
    }

    synchronized int descriptorFor(Object object) {
        descriptors.put(++lastDescriptor, object);
        return lastDescriptor;
    }

    synchronized void closed(int descriptor) {
        descriptors.remove(descriptor);
        dropUnheld();
    }

    /// An attachment ends when neither a descriptor nor a pin holds it.
    private void dropUnheld() {
        attachments.removeIf(attachment -> !descriptors.containsValue(attachment) && !pins.containsValue(attachment));
    }

    synchronized void detach(FakeLink.Attachment attachment) {
        attachments.remove(attachment);
    }

    synchronized void pin(Path path, Object object) {
        called("pin " + path);
        if (!mounts.isBpffs(path)) {
            throw new KernelException("BPF_OBJ_PIN", path.toString(), Errno.EPERM, "");
        }
        if (pins.putIfAbsent(path, object) != null) {
            throw new KernelException("BPF_OBJ_PIN", path.toString(), Errno.EEXIST, "");
        }
    }

    synchronized void called(String call) {
        calls.add(call);
    }

    synchronized void failIfAsked(String call, String map) {
        Integer errno = failures.remove(map);
        if (errno != null) {
            throw new KernelException(call, "map " + map, errno, "as the test asked");
        }
    }

    /// Maps of maps and prog arrays are written descriptors and keep ids.
    synchronized byte[] resolve(String call, MapSpec spec, byte[] value) {
        if (!spec.type().ofMaps() && spec.type() != MapType.PROG_ARRAY) {
            return value;
        }
        int descriptor = java.nio.ByteBuffer.wrap(value)
                .order(java.nio.ByteOrder.nativeOrder())
                .getInt();
        return switch (descriptors.get(descriptor)) {
            case FakeTable table when spec.type().ofMaps() -> BpfMap.index(table.id());
            case FakeProgram.Code code when spec.type() == MapType.PROG_ARRAY -> BpfMap.index(code.id());
            case null, default -> throw new KernelException(call, "map " + spec.name(), Errno.EBADF, "");
        };
    }

    /// The map behind an open map's id, for [FakeObjects].
    synchronized FakeMap another(BpfMap map) {
        return (FakeMap) openMap(map.id()).orElseThrow(() -> new NoSuchElementException("map " + map.id()));
    }
}
