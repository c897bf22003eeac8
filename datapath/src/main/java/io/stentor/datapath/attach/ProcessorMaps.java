package io.stentor.datapath.attach;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Arrays of maps that the datapath owns: each processor writes to a map of its own, and several share one where there
/// are more processors than slots. Programs take slot *processor modulo slots*; with fewer processors than slots the
/// maps stand in the slots in turns, so that no number of a processor finds none.
///
/// Inner maps have no pins. The array, which is pinned, keeps them alive with what programs write while no agent runs,
/// and tells their numbers to the next one; they go when the array's pin is removed.
public final class ProcessorMaps {
    private ProcessorMaps() {}

    static boolean isOne(MapSpec<?, ?> spec) {
        return spec.type() == MapType.ARRAY_OF_MAPS && spec.shape().owner() == MapOwner.DATAPATH;
    }

    /// Makes a map for every slot that has none; what is there stays. Ended between two slots, it can be done again.
    ///
    /// @param declared the array's declaration, which says what its maps look like
    public static void fill(Bpf bpf, BpfMap array, MapSpec<?, ?> declared) {
        io.stentor.kernel.bpf.MapSpec inner =
                declared.shape().inner().map(Generation::kernelSpec).orElseThrow();
        int slots = array.spec().maxEntries();
        int maps = Math.min(slots, bpf.possibleCpus());
        for (int slot = 0; slot < slots; slot++) {
            if (held(array, slot).isEmpty()) {
                Optional<Integer> shared = slot < maps ? Optional.empty() : held(array, slot % maps);
                try (BpfMap map = shared.map(id -> opened(bpf, array, id)).orElseGet(() -> bpf.createMap(inner))) {
                    array.put(BpfMap.index(slot), map);
                }
            }
        }
    }

    /// Every inner map once, in the order of slots; to be closed.
    public static List<BpfMap> open(Bpf bpf, BpfMap array) {
        Set<Integer> ids = new LinkedHashSet<>();
        for (int slot = 0; slot < array.spec().maxEntries(); slot++) {
            held(array, slot).ifPresent(ids::add);
        }
        List<BpfMap> maps = new ArrayList<>();
        try {
            ids.forEach(id -> maps.add(opened(bpf, array, id)));
            return maps;
        } catch (RuntimeException e) {
            maps.forEach(BpfMap::close);
            throw e;
        }
    }

    private static Optional<Integer> held(BpfMap array, int slot) {
        return array.lookup(BpfMap.index(slot))
                .map(id -> ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getInt());
    }

    private static BpfMap opened(Bpf bpf, BpfMap array, int id) {
        return bpf.openMap(id)
                .orElseThrow(() -> new IllegalStateException(array + " holds no map " + id + " any more"));
    }
}
