package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.model.State;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The maps that images are made for, in a kernel that counts calls.
final class SyncedMaps {
    private static final List<MapSpec<?, ?>> SPECS =
            List.of(Maps.ENDPOINTS, Maps.RANGES, Maps.ADDRESSES, Maps.LOCAL_PODS);

    private final FakeKernel kernel = new FakeKernel();
    private final Map<String, BpfMap> maps = new HashMap<>();
    private final DatapathSync sync;

    SyncedMaps() {
        this(Map.of());
    }

    /// @param room of maps that are smaller than usual, by name
    SyncedMaps(Map<String, Integer> room) {
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
        sync = new DatapathSync(maps);
    }

    DatapathSync.Outcome sync(List<MapImage<?, ?>> images) {
        return sync.sync(images, true, List::of, 0);
    }

    /// A pass for the state, whose problems name endpoints that are not served.
    DatapathSync.Outcome sync(List<MapImage<?, ?>> images, State state) {
        return sync.sync(images, true, () -> Unserved.problems(state, sync), 0);
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
