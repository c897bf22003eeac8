package io.stentor.datapath.compile;

import static io.stentor.datapath.compile.SampleServices.ALL;
import static io.stentor.datapath.compile.SampleServices.HERE;
import static io.stentor.datapath.compile.SampleServices.at;
import static io.stentor.datapath.compile.SampleServices.created;
import static io.stentor.datapath.compile.SampleServices.http;
import static io.stentor.datapath.compile.SampleServices.service;
import static io.stentor.datapath.compile.SampleServices.withPorts;
import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Problem;
import io.stentor.model.Service;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContestedTest {
    private final MapCompiler compiler = new MapCompiler(HERE);
    private State state = State.awaiting(Set.of());

    private List<Problem> problems(Service... services) {
        for (Service service : services) {
            state = state.with(Table.SERVICES, service);
        }
        compiler.compile(state);
        return compiler.problems();
    }

    private static Service young(Service service) {
        return created(service, "2026-02-01T00:00:00Z");
    }

    @Test
    void who_does_not_get_an_address_is_told_whose_it_is() {
        assertThat(problems(service("old", at("10.96.0.1"), ALL), service("other", at("10.96.0.2"), ALL)))
                .isEmpty();
        assertThat(problems(young(service("late", at("10.96.0.1"), ALL))))
                .containsExactly(new Problem(
                        "Service/default/late",
                        "spec.clusterIPs",
                        "10.96.0.1 port 80/TCP is taken: it belongs to Service/default/old, which was there first; "
                                + "give one of the two another address or port"));

        state = state.without(Table.SERVICES, SampleServices.name("old"));
        assertThat(problems()).isEmpty();
    }

    @Test
    void a_node_port_is_told_with_its_port() {
        assertThat(problems(
                        withPorts(service("old", at("10.96.0.1"), ALL), http(30080)),
                        withPorts(young(service("late", at("10.96.0.2"), ALL)), http(30080))))
                .singleElement()
                .returns("Service/default/late", Problem::object)
                .returns("spec.ports[http].nodePort", Problem::field)
                .satisfies(problem -> assertThat(problem.reason())
                        .startsWith("node port 30080/TCP of IPv4 is taken: it belongs to Service/default/old,"));
    }

    @Test
    void all_but_one_are_told() {
        assertThat(problems(
                        service("c", at("10.96.0.1"), ALL),
                        service("a", at("10.96.0.1"), ALL),
                        service("b", at("10.96.0.1"), ALL)))
                .extracting(Problem::object)
                .containsExactly("Service/default/b", "Service/default/c");
    }

    @Test
    void another_port_of_the_same_address_is_nobody_else_s() {
        assertThat(problems(
                        service("a", SampleServices.balanced("203.0.113.1", false), ALL),
                        withPorts(
                                service("b", SampleServices.balanced("203.0.113.1", false), ALL),
                                new io.stentor.model.ServicePort("https", io.stentor.model.Protocol.TCP, 443, 0))))
                .isEmpty();
    }
}
