package io.stentor.kernel.bpf;

import io.stentor.kernel.NotSupported;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// eBPF: makes, opens, loads and attaches.
public interface Bpf {

    BpfMap createMap(MapSpec spec);

    /// The map pinned at `path`, or empty if nothing is there.
    ///
    /// @throws io.stentor.kernel.KernelException if what is there is no map
    Optional<BpfMap> openPinnedMap(Path path);

    /// The map pinned at `path`; if nothing is there, one is made and pinned.
    ///
    /// @throws io.stentor.kernel.MapMismatch if the pinned one is not like `spec`
    default BpfMap openOrCreate(Path path, MapSpec spec) {
        Optional<BpfMap> existing = openPinnedMap(path);
        if (existing.isEmpty()) {
            BpfMap made = createMap(spec);
            made.pin(path);
            return made;
        }
        BpfMap map = existing.get();
        if (!spec.fits(map.spec())) {
            MapSpec found = map.spec();
            map.close();
            throw new io.stentor.kernel.MapMismatch(path.toString(), spec, found);
        }
        return map;
    }

    /// The map with this id, or empty if there is none; also what a lookup in a map of maps returns.
    Optional<BpfMap> openMap(int id);

    Optional<BpfProgram> openPinnedProgram(Path path);

    /// The link pinned at `path`, or empty if nothing is there.
    Optional<BpfLink> openPinnedLink(Path path);

    /// Loads all programs of an object that are not skipped, makes its maps.
    ///
    /// @throws io.stentor.kernel.VerifierRejected names the program and shows the end of the log
    /// @throws io.stentor.kernel.MapMismatch if a reused map is not like the declared one
    BpfObject load(ObjectSpec spec);

    /// Attaches; ends with the returned link unless that is pinned.
    ///
    /// @throws NotSupported if this kernel has no such hook
    BpfLink attach(BpfProgram program, Hook hook);

    /// Makes `hook` run `program` for good: replaces atomically what the link pinned at `pin` (or our filter) runs, or
    /// attaches and pins. A pin whose device is gone or is another is made anew.
    BpfLink attach(BpfProgram program, Hook hook, Path pin);

    /// Makes a link run `program` by a filter at our handle, on a qdisc that is made where there is none; what
    /// stands at the handle is replaced atomically. For kernels without TCX, and where attaching a link would take
    /// too long: it waits for a grace period of RCU, under the lock that all links share. It stays until
    /// [#removeFilter].
    void attachFilter(BpfProgram program, Hook.Tc hook);

    /// Ends what [#attachFilter] made: the filter at our handle, and the qdisc when nobody else has a filter on it.
    /// Needs no program, as nothing has to be loaded to undo.
    ///
    /// @return false if no filter of ours was there, or the device is gone
    boolean removeFilter(Hook.Tc hook);

    /// What is attached at a hook, in running order.
    List<Attached> attached(Hook hook);

    RingBuffer ringBuffer(BpfMap ring);

    boolean has(Feature feature);

    /// @throws NotSupported unless [#has]
    default void require(Feature feature) {
        if (!has(feature)) {
            throw new NotSupported(feature.name(), feature.since());
        }
    }

    /// How many values a per-CPU map holds for a key.
    int possibleCpus();
}
