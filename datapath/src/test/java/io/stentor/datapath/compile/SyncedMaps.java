package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.model.Problem;
import io.stentor.model.State;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The maps that images are made for, in a kernel that counts calls.
final class SyncedMaps {
    private static final List<MapSpec<?, ?>> SPECS = List.of(
            Maps.ENDPOINTS,
            Maps.RANGES,
            Maps.ADDRESSES,
            Maps.LOCAL_PODS,
            Maps.BACKENDS,
            Maps.SLOTS,
            Maps.MEMBERS,
            Maps.SOURCE_RANGES,
            Maps.FRONTENDS);

    private final FakeKernel kernel = new FakeKernel();
    private final Map<String, BpfMap> maps = new HashMap<>();
    private final DatapathSync sync;

    SyncedMaps() {
        this(Map.of());
    }

    /// @param room of maps that are smaller than usual, by name
    SyncedMaps(Map<String, Integer> room) {
        this(room, map -> map);
    }

    /// @param seen what is to be written to instead of each map
    SyncedMaps(Map<String, Integer> room, UnaryOperator<BpfMap> seen) {
        for (MapSpec<?, ?> spec : SPECS) {
            maps.put(
                    spec.name(),
                    kernel.bpf()
                            .createMap(io.stentor.kernel.bpf.MapSpec.of(
                                    spec.name(),
                                    MapType.of(spec.type().code()),
                                    spec.key().size(),
                                    spec.value().size(),
                                    room.getOrDefault(spec.name(), spec.shape().maxEntries()))));
        }
        Map<String, BpfMap> written = new HashMap<>();
        maps.forEach((name, map) -> written.put(name, seen.apply(map)));
        sync = new DatapathSync(written);
    }

    DatapathSync.Outcome sync(List<MapImage<?, ?>> images) {
        return sync.sync(images, true, List::of, 0);
    }

    /// All entries of a map.
    List<BpfMap.Entry> dump(MapSpec<?, ?> map) {
        return maps.get(map.name()).dump();
    }

    <K, V> Map<K, V> decoded(MapSpec<K, V> map) {
        Map<K, V> entries = new HashMap<>();
        dump(map)
                .forEach(entry ->
                        entries.put(map.key().decode(entry.key()), map.value().decode(entry.value())));
        return entries;
    }

    /// A pass for the state, whose problems name endpoints that are not served.
    DatapathSync.Outcome sync(List<MapImage<?, ?>> images, State state) {
        return sync.sync(images, true, () -> Unserved.problems(state, sync), 0);
    }

    /// A pass whose problems are those that somebody finds in it.
    List<Problem> sync(List<MapImage<?, ?>> images, Function<DatapathSync, List<Problem>> found) {
        return sync.sync(images, true, () -> found.apply(sync), 0).problems();
    }

    /// What has been asked of the kernel since the last time.
    List<String> calls() {
        List<String> calls = kernel.bpf().calls();
        kernel.bpf().forgetCalls();
        return calls;
    }

    Map<String, Map<ByteBuffer, ByteBuffer>> content() {
        Map<String, Map<ByteBuffer, ByteBuffer>> content = new HashMap<>();
        maps.forEach((name, map) -> {
            Map<ByteBuffer, ByteBuffer> entries = new HashMap<>();
            map.dump().forEach(e -> entries.put(ByteBuffer.wrap(e.key()), ByteBuffer.wrap(e.value())));
            content.put(name, entries);
        });
        return content;
    }
}
