package io.stentor.datapath.compile;

import static io.stentor.datapath.compile.SampleServices.HERE;
import static io.stentor.datapath.compile.SampleServices.at;
import static io.stentor.datapath.compile.SampleServices.balanced;
import static io.stentor.datapath.compile.SampleServices.ready;
import static io.stentor.datapath.compile.SampleServices.service;
import static io.stentor.datapath.compile.SampleServices.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Maps;
import io.stentor.model.Problem;
import io.stentor.model.Service;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnservedServicesTest {
    private static final Service.Selection KEPT =
            new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER, 60, 0);

    private final MapCompiler compiler = new MapCompiler(HERE);
    private State state = State.awaiting(Set.of());

    private void with(String name, String clusterIp, String backend) {
        Service.Reach reach = new Service.Reach(
                SampleServices.ips(clusterIp),
                List.of(),
                List.of(),
                new Service.AtNodes(Set.of(), List.of()),
                balanced("203.0.113.1", false, "192.0.2.0/24").clients());
        state = state.with(Table.SERVICES, service(name, reach, KEPT))
                .with(Table.SLICES, slice(name + "-1", name, ready(backend, "here")));
    }

    /// Those of services.
    private List<String> sync(SyncedMaps maps) {
        return maps.sync(compiler.compile(state), sync -> compiler.unserved(HERE, sync)).stream()
                .filter(problem -> problem.object().startsWith("Service/")
                        || problem.object().equals("services"))
                .map(Problem::toString)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"frontends", "backends", "slots", "members", "source_ranges"})
    void a_service_that_found_no_room_is_named_until_there_is_room_and_the_others_are_served(String map) {
        SyncedMaps maps = new SyncedMaps(Map.of(map, 1));
        with("first", "10.96.0.1", "10.0.1.7");
        assertThat(sync(maps)).isEmpty();

        with("second", "10.96.0.2", "10.0.1.8");
        assertThat(sync(maps))
                .containsExactly("Service/default/second: is not served wholly: the map " + map
                        + " has no room for 1 of its entries");

        state = state.without(Table.SERVICES, SampleServices.name("first"));
        assertThat(sync(maps)).isEmpty();
    }

    @Test
    void where_very_many_found_no_room_the_rest_is_counted() {
        SyncedMaps maps = new SyncedMaps(Map.of(Maps.FRONTENDS.name(), 1));
        for (int i = 0; i < 70; i++) {
            state = state.with(Table.SERVICES, service("s" + i, at("10.96.0." + i), KEPT));
        }
        assertThat(sync(maps)).hasSize(51).contains("services: 19 more are not served wholly, for maps are full");
    }
}
