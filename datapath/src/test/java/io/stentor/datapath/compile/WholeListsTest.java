package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.compile.RandomSteps.Step;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.State;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;

/// Programs go on while maps are written: whatever they read between two entries, each place of a list that is counted
/// leads to a backend.
@Domain(RandomSteps.class)
@Domain(net.jqwik.api.domains.DomainContext.Global.class)
class WholeListsTest {

    @Property(tries = 100)
    void lists_are_whole_after_each_entry_that_is_written_or_deleted(
            @ForAll MapSettings settings, @ForAll @Size(max = 40) List<Step<?, ?>> changes) {
        AtomicReference<SyncedMaps> seen = new AtomicReference<>();
        SyncedMaps maps = new SyncedMaps(Map.of(), map -> new SteppedMap(map, () -> assertWhole(seen.get())));
        seen.set(maps);
        MapCompiler compiler = new MapCompiler(settings);
        State state = State.awaiting(Set.of());
        for (Step<?, ?> change : changes) {
            state = change.from(state);
            List<MapImage<?, ?>> images = compiler.compile(state);
            maps.sync(images);
            assertThat(maps.decoded(Maps.SLOTS)).isEqualTo(Unnumbered.decoded(Maps.SLOTS, images));
        }
    }

    private static void assertWhole(SyncedMaps maps) {
        Unnumbered.assertWhole(maps.decoded(Maps.FRONTENDS), maps.decoded(Maps.SLOTS), maps.decoded(Maps.BACKENDS));
    }
}
