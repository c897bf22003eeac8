package io.stentor.datapath.compile;

import static io.stentor.datapath.compile.SampleServices.ALL;
import static io.stentor.datapath.compile.SampleServices.HERE;
import static io.stentor.datapath.compile.SampleServices.at;
import static io.stentor.datapath.compile.SampleServices.backend;
import static io.stentor.datapath.compile.SampleServices.created;
import static io.stentor.datapath.compile.SampleServices.frontend;
import static io.stentor.datapath.compile.SampleServices.httpOf;
import static io.stentor.datapath.compile.SampleServices.ready;
import static io.stentor.datapath.compile.SampleServices.service;
import static io.stentor.datapath.compile.SampleServices.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NumbersTest {
    private static final State EMPTY = State.awaiting(Set.of());

    private static <K, V> List<BpfMap.Entry> entries(MapSpec<K, V> map, Map<K, V> content) {
        List<BpfMap.Entry> entries = new ArrayList<>();
        content.forEach((key, value) ->
                entries.add(new BpfMap.Entry(map.key().encode(key), map.value().encode(value))));
        return entries;
    }

    private static Numbers held(Map<Integer, Backend> backends, Map<FrontendKey, Integer> frontends) {
        Map<FrontendKey, Frontend> values = new java.util.HashMap<>();
        frontends.forEach((key, number) -> values.put(key, new Frontend(number, 2 * number, 0, 2 * number, 0, 0, 0)));
        return Numbers.restored(entries(Maps.BACKENDS, backends), entries(Maps.FRONTENDS, values));
    }

    private static Numbers after(MapCompiler compiler, State state) {
        compiler.compile(state);
        return compiler.numbers();
    }

    private static State services(State state, String... names) {
        int last = 1;
        for (String name : names) {
            state = state.with(Table.SERVICES, service(name, at("10.96.0." + last++), ALL));
        }
        return state;
    }

    @Test
    void a_number_is_not_given_again_before_all_higher_ones() {
        MapCompiler compiler = new MapCompiler(HERE);
        assertThat(after(compiler, services(EMPTY, "a", "b")).services().values())
                .containsExactlyInAnyOrder(1, 2);
        assertThat(after(compiler, EMPTY).services()).isEmpty();
        assertThat(after(compiler, services(EMPTY, "a")).services().values()).containsExactly(3);
    }

    @Test
    void after_the_highest_number_comes_the_lowest_that_is_free_and_never_zero() {
        Numbering<String> numbering = Numbering.<String>none()
                .plus("a", 1)
                .kept(2)
                .plus("z", Numbering.HIGHEST)
                .plus("b")
                .plus("c");
        assertThat(numbering.of("b")).isEqualTo(3);
        assertThat(numbering.of("c")).isEqualTo(4);
        assertThat(numbering.plus("a").of("a")).isEqualTo(1);
    }

    @Test
    void numbers_that_the_kernel_has_are_taken_over() {
        Numbers restored = held(
                Map.of(40, backend("10.0.1.7"), 41, backend("10.0.2.9")),
                Map.of(frontend("10.96.0.1", 80), 9, frontend("10.96.0.9", 80), 12));
        State state = services(EMPTY, "web", "new")
                .with(Table.SLICES, slice("web-1", "web", ready("10.0.1.7", "here"), ready("10.0.1.8", "here")));
        Numbers numbers = after(new MapCompiler(HERE, restored), state);

        assertThat(numbers.service(httpOf("web", Family.IPV4))).isEqualTo(9);
        assertThat(numbers.service(httpOf("new", Family.IPV4))).isEqualTo(13);
        assertThat(numbers.backend(backend("10.0.1.7"))).isEqualTo(40);
        assertThat(numbers.backend(backend("10.0.1.8"))).isEqualTo(42);
        assertThat(numbers.backends()).as("who did not come lost his").hasSize(2);
    }

    @Test
    void the_port_that_is_reached_at_a_frontend_has_its_number() {
        Numbers restored = held(Map.of(), Map.of(frontend("10.96.0.1", 80), 9));
        State state = EMPTY.with(Table.SERVICES, created(service("a", at("10.96.0.1"), ALL), "2026-02-01T00:00:00Z"))
                .with(Table.SERVICES, service("b", at("10.96.0.1"), ALL));
        Numbers numbers = after(new MapCompiler(HERE, restored), state);

        assertThat(numbers.service(httpOf("b", Family.IPV4))).isEqualTo(9);
        assertThat(numbers.service(httpOf("a", Family.IPV4))).isEqualTo(10);
    }

    @Test
    void of_two_numbers_of_one_backend_the_younger_is_its_own_and_neither_is_given_meanwhile() {
        Numbers restored = held(Map.of(5, backend("10.0.1.7"), 3, backend("10.0.1.7")), Map.of());
        State state = services(EMPTY, "web").with(Table.SLICES, slice("web-1", "web", ready("10.0.1.7", "here")));

        assertThat(after(new MapCompiler(HERE, restored), state).backend(backend("10.0.1.7")))
                .isEqualTo(5);
    }

    @Test
    void entries_that_nobody_wrote_so_are_passed_over() {
        List<BpfMap.Entry> garbage = List.of(new BpfMap.Entry(new byte[4], new byte[24]));
        List<BpfMap.Entry> zero = entries(Maps.FRONTENDS, Map.of(frontend("10.96.0.1", 80), Frontend.ZERO));
        Numbers numbers = after(new MapCompiler(HERE, Numbers.restored(garbage, zero)), services(EMPTY, "a"));

        assertThat(numbers.services().values()).containsExactly(1);
    }

    @Test
    void what_the_kernel_has_of_a_service_stays_until_all_slices_are_known() {
        Numbers restored = held(Map.of(40, backend("10.0.1.7")), Map.of(frontend("10.96.0.1", 80), 9));
        MapCompiler compiler = new MapCompiler(HERE, restored);
        State early = services(State.awaiting(Set.of(Source.SERVICES, Source.SLICES)), "web", "new")
                .with(Table.SLICES, slice("web-1", "web", ready("10.0.1.7", "here")));
        List<MapImage<?, ?>> images = compiler.compile(early);
        assertThat(Unnumbered.decoded(Maps.FRONTENDS, images)).containsOnlyKeys(frontend("10.96.0.2", 80));
        assertThat(Unnumbered.decoded(Maps.SLOTS, images)).isEmpty();

        State half = early.withSynced(Source.SERVICES);
        assertThat(compiler.compile(half)).isEqualTo(images);

        images = compiler.compile(half.withSynced(Source.SLICES));
        assertThat(Unnumbered.decoded(Maps.FRONTENDS, images).get(frontend("10.96.0.1", 80)))
                .returns(9, Frontend::service)
                .returns(1, Frontend::insideCount);
        assertThat(Unnumbered.decoded(Maps.SLOTS, images).values()).containsExactly(40);
    }
}
