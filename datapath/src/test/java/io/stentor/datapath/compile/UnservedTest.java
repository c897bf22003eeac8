package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Maps;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.PodName;
import io.stentor.model.Problem;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnservedTest {
    private final MapCompiler compiler = new MapCompiler(new MapSettings("a", Optional.empty(), List.of()));
    private State state = State.awaiting(Set.of());

    private void plugIn(int id) {
        state = state.with(
                Table.ENDPOINTS,
                new Endpoint(
                        id,
                        new Attachment("c" + id, "eth0", "stn" + id, 40 + id, MacAddress.of("02:00:00:00:00:01")),
                        new PodName("default", "web-" + id, "u"),
                        new Addresses(Optional.of(IpAddress.of("10.0.1." + id)), Optional.empty()),
                        5));
    }

    private List<Problem> sync(SyncedMaps maps) {
        return maps.sync(compiler.compile(state), state).problems();
    }

    @Test
    void an_endpoint_whose_address_or_link_found_no_room_is_named_until_there_is_room() {
        for (String map : List.of(Maps.ADDRESSES.name(), Maps.ENDPOINTS.name())) {
            SyncedMaps maps = new SyncedMaps(Map.of(map, 1));
            state = State.awaiting(Set.of());
            plugIn(1);
            assertThat(sync(maps)).isEmpty();

            plugIn(2);
            Endpoint second = state.endpoints().get(2);
            List<Problem> full = sync(maps);
            assertThat(full).filteredOn(second::concerns).singleElement().satisfies(problem -> {
                assertThat(problem.object()).isEqualTo("endpoint 2");
                assertThat(problem.reason())
                        .startsWith("is not served, pod default/web-2: ")
                        .endsWith("has no room in the map " + map);
            });
            assertThat(full).noneMatch(state.endpoints().get(1)::concerns);

            state = state.without(Table.ENDPOINTS, 1);
            assertThat(sync(maps)).isEmpty();
        }
    }
}
