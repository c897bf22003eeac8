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
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// eBPF without a kernel. Maps keep the kernel's rules; programs never run. All features are there until
/// [#without] takes one away; objects can be loaded once [#define] says what is in them.
public final class FakeBpf implements Bpf {
    private final Supplier<FakeNetlink> currentNamespace;
    private final Set<Feature> features = EnumSet.allOf(Feature.class);
    private final FakeObjects objects = new FakeObjects(this);
    private final FakeHandles handles;
    private final Map<FakeTable, FakeRing> rings = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private int cpus = 2;

    FakeBpf(FakeMounts mounts, Supplier<FakeNetlink> currentNamespace) {
        this.handles = new FakeHandles(mounts);
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

    /// Instead of two.
    public synchronized FakeBpf withCpus(int count) {
        cpus = count;
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
        return handles.open();
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
        return new FakeMap(this, new FakeTable(handles.nextId(), spec));
    }

    @Override
    public synchronized Optional<BpfMap> openPinnedMap(Path path) {
        return handles.pinned(path, FakeTable.class).map(table -> new FakeMap(this, table));
    }

    @Override
    public synchronized Optional<BpfMap> openMap(int id) {
        return handles.table(id).map(table -> new FakeMap(this, table));
    }

    @Override
    public synchronized Optional<BpfProgram> openPinnedProgram(Path path) {
        return handles.pinned(path, FakeProgram.Code.class).map(code -> new FakeProgram(this, code));
    }

    @Override
    public synchronized Optional<BpfLink> openPinnedLink(Path path) {
        return handles.pinned(path, FakeLink.Attachment.class).map(attachment -> new FakeLink(this, attachment, path));
    }

    /// All that is pinned in a directory and below, sorted.
    public synchronized List<Path> pins(Path directory) {
        return handles.pins(directory);
    }

    /// As deleting the file of a pin does; what nothing else holds ends.
    ///
    /// @return false if nothing was there
    public synchronized boolean unpin(Path path) {
        called("unpin " + path);
        return handles.unpin(path);
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
        var attachment = new FakeLink.Attachment(handles.nextId(), hook, namespace, filter, code);
        if (!attachment.alive()) {
            throw new KernelException("BPF_LINK_CREATE", program + " to " + hook, Errno.ENODEV, "");
        }
        handles.attach(attachment, hook);
        return new FakeLink(this, attachment, null);
    }

    @Override
    public synchronized BpfLink attach(BpfProgram program, Hook hook, Path pin) {
        Optional<FakeLink.Attachment> existing = handles.pinned(pin, FakeLink.Attachment.class);
        if (existing.isPresent()) {
            if (existing.get().alive() && existing.get().at(hook, currentNamespace.get())) {
                BpfLink link = new FakeLink(this, existing.get(), pin);
                link.update(program);
                return link;
            }
            unpin(pin);
        }
        BpfLink made = attach(program, hook);
        made.pin(pin);
        return made;
    }

    @Override
    public synchronized void attachFilter(BpfProgram program, Hook.Tc hook) {
        called("filter " + program.name());
        FakeProgram.Code code = ((FakeProgram) program).code();
        var filter = new FakeLink.Attachment(handles.nextId(), hook, currentNamespace.get(), true, code);
        if (!filter.alive()) {
            throw new KernelException("RTM_NEWQDISC", program + " to " + hook, Errno.ENODEV, "");
        }
        handles.attachForGood(filter, hook);
    }

    @Override
    public synchronized boolean removeFilter(Hook.Tc hook) {
        return handles.removeFilter(hook, currentNamespace.get());
    }

    @Override
    public synchronized List<Attached> attached(Hook hook) {
        return handles.at(hook, currentNamespace.get()).stream()
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
    public synchronized int possibleCpus() {
        return cpus;
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

    FakeHandles handles() {
        return handles;
    }
}
