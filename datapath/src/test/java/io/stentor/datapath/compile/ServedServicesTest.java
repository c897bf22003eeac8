package io.stentor.datapath.compile;

import static io.stentor.datapath.compile.SampleServices.ALL;
import static io.stentor.datapath.compile.SampleServices.HERE;
import static io.stentor.datapath.compile.SampleServices.LOCAL_OUTSIDE;
import static io.stentor.datapath.compile.SampleServices.at;
import static io.stentor.datapath.compile.SampleServices.backend;
import static io.stentor.datapath.compile.SampleServices.ending;
import static io.stentor.datapath.compile.SampleServices.name;
import static io.stentor.datapath.compile.SampleServices.ready;
import static io.stentor.datapath.compile.SampleServices.service;
import static io.stentor.datapath.compile.SampleServices.silent;
import static io.stentor.datapath.compile.SampleServices.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.datapath.compile.ServedService.Use;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Service;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class ServedServicesTest {
    private final MapCompiler compiler = new MapCompiler(HERE);
    private State state = State.awaiting(Set.of());

    private void given(Service service, EndpointSlice.Backend... backends) {
        state = state.with(Table.SERVICES, service)
                .with(
                        Table.SLICES,
                        slice("s-" + service.name().name(), service.name().name(), backends));
        compiler.compile(state);
    }

    private List<ServedService.Standby> backends(String service) {
        return compiler.services(HERE)
                .of(name(service))
                .orElseThrow()
                .ports()
                .getFirst()
                .backends();
    }

    @Test
    void each_backend_is_told_with_why_it_is_not_used() {
        given(
                service("web", at("10.96.0.1"), LOCAL_OUTSIDE),
                ready("10.0.1.1", "here"),
                ready("10.0.2.1", "there"),
                ending("10.0.1.2", "here"),
                silent("10.0.1.3", "here"));

        assertThat(backends("web"))
                .extracting(ServedService.Standby::inside)
                .containsExactly(Use.USED, Use.ENDING, Use.NOT_READY, Use.USED);
        assertThat(backends("web"))
                .extracting(ServedService.Standby::outside)
                .containsExactly(Use.USED, Use.ENDING, Use.NOT_READY, Use.ELSEWHERE);
    }

    @Test
    void where_none_is_ready_those_that_end_are_used() {
        given(service("web", at("10.96.0.1"), ALL), ending("10.0.1.1", "here"), silent("10.0.1.2", "here"));

        assertThat(backends("web")).extracting(ServedService.Standby::inside).containsExactly(Use.USED, Use.NOT_READY);
    }

    @Test
    void a_backend_that_two_slices_name_is_there_once() {
        given(service("web", at("10.96.0.1"), ALL), silent("10.0.1.1", "here"));
        state = state.with(Table.SLICES, slice("other", "web", ready("10.0.1.1", "here")));
        compiler.compile(state);

        assertThat(backends("web"))
                .singleElement()
                .returns(backend("10.0.1.1"), ServedService.Standby::at)
                .returns(Use.USED, ServedService.Standby::inside);
    }

    @Test
    void what_a_service_uses_is_what_its_lists_have() {
        given(service("web", at("10.96.0.1"), ALL), ready("10.0.1.1", "here"), ready("10.0.2.1", "there"));
        ServedServices served = compiler.services(HERE);

        assertThat(served.of(name("web")).orElseThrow().frontends())
                .singleElement()
                .returns("ClusterIP", ServedService.Reached::type)
                .satisfies(
                        reached -> assertThat(served.numbered()).containsEntry(reached.number(), "default/web:http"));
        assertThat(served.at(IpAddress.of("10.96.0.1"), OptionalInt.of(80))).containsExactly(name("web"));
        assertThat(served.at(IpAddress.of("10.96.0.1"), OptionalInt.of(81))).isEmpty();
        assertThat(served.of(name("nobody"))).isEmpty();
        assertThat(ServedServices.NONE.names()).isEmpty();
    }

    @Test
    void what_the_kernel_has_from_before_is_awaited() {
        given(service("web", at("10.96.0.1"), ALL), ready("10.0.1.1", "here"));
        Numbers kept = Numbers.restored(
                entries(compiler.compile(state), "backends"), entries(compiler.compile(state), "frontends"));
        MapCompiler next = new MapCompiler(HERE, kept);
        State half = State.awaiting(Set.of(Source.SLICES))
                .with(Table.SERVICES, service("web", at("10.96.0.1"), ALL))
                .with(Table.SLICES, slice("s-web", "web", ready("10.0.1.1", "here")));
        next.compile(half);

        ServedService.Port port =
                next.services(HERE).of(name("web")).orElseThrow().ports().getFirst();
        assertThat(port.awaited()).isTrue();
        assertThat(port.backends()).extracting(ServedService.Standby::inside).containsExactly(Use.AWAITED);
    }

    private static List<BpfMap.Entry> entries(List<MapImage<?, ?>> images, String map) {
        return images.stream()
                .filter(image -> image.map().name().equals(map))
                .flatMap(image -> StreamSupport.stream(image.entries().spliterator(), false))
                .map(entry -> new BpfMap.Entry(
                        entry.getKey().toArray(), entry.getValue().toArray()))
                .toList();
    }
}
