package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.DropReason;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.datapath.compile.Keys;
import io.stentor.datapath.explain.DryPacket;
import io.stentor.datapath.explain.DryRuns;
import io.stentor.datapath.explain.Outcome;
import io.stentor.datapath.explain.ProgramDryRuns;
import io.stentor.datapath.explain.Trial;
import io.stentor.datapath.sync.ByteString;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Dry runs tell what the programs do, and leave no trace in any map that others see.
class DryRunKernelIT {
    private static final int IDENTITY = 5;
    private static Linux kernel;
    private static TestNode node;
    private static Config config;
    private static LoadedPrograms programs;
    private static Map<String, BpfMap> live;

    @BeforeAll
    static void make_the_node() throws IOException {
        kernel = Linux.open();
        node = new TestNode(kernel);
        config = node.world().config(Map.of("services", "true"));
        programs = new LoadedPrograms(kernel.bpf(), config, Map.of());
        live = new HashMap<>();
        Maps.ALL.forEach(
                spec -> Optional.ofNullable(programs.map(spec.name())).ifPresent(map -> live.put(spec.name(), map)));
    }

    @AfterAll
    static void take_the_node_away() throws IOException {
        programs.close();
        node.close();
        kernel.close();
    }

    @BeforeEach
    void fill() {
        programs.reset(node.world().images(Optional.of(Family.IPV4)));
    }

    /// Who sends what, and where it is seen first.
    private record Sent(String program, String link, String from, String to, int port, Protocol protocol) {
        DryPacket packet(Family family) {
            return new DryPacket(ip(from, family), 1000, ip(to, family), port, protocol);
        }

        byte[] frame(Family family) {
            return packet(family).frame(node.world().mac("web"), node.world().mac("gateway"));
        }
    }

    private static Sent tcp(String program, String link, String from, String to, int port) {
        return new Sent(program, link, from, to, port, Protocol.TCP);
    }

    private static IpAddress ip(String name, Family family) {
        return node.world().address(name, family);
    }

    /// The content of every map that can be read.
    private static Map<String, Map<ByteString, ByteString>> content() {
        Map<String, Map<ByteString, ByteString>> all = new HashMap<>();
        for (MapSpec<?, ?> spec : Maps.ALL) {
            BpfMap map = live.get(spec.name());
            switch (spec.type()) {
                case PROG_ARRAY, RINGBUF -> {}
                default -> {
                    Map<ByteString, ByteString> entries = new HashMap<>();
                    map.visit(e -> entries.put(ByteString.wrap(e.key()), ByteString.wrap(e.value())));
                    all.put(spec.name(), entries);
                }
            }
        }
        return all;
    }

    /// A dry run, after which all is as before.
    private static Outcome dry(Sent sent, Family family) {
        Map<String, Map<ByteString, ByteString>> before = content();
        DryRuns runs = new ProgramDryRuns(kernel.bpf(), live, config);
        Trial trial = new Trial(
                sent.program,
                node.ifindex(sent.link),
                sent.program.equals("from_overlay") ? IDENTITY : 0,
                sent.frame(family),
                Stream.of(sent.from, sent.to, "db")
                        .map(name -> Keys.bytes(ip(name, family)))
                        .collect(Collectors.toSet()));
        Outcome outcome = node.inside(() -> runs.run(trial));
        assertThat(content()).isEqualTo(before);
        assertThat(programs.events()).isEmpty();
        return outcome;
    }

    private static TestResult real(Sent sent, Family family) {
        return node.run(programs.program(sent.program), sent.link, 0, sent.frame(family));
    }

    private static Event event(Outcome outcome) {
        assertThat(outcome.events()).hasSize(1);
        return outcome.events().getFirst();
    }

    @ParameterizedTest
    @EnumSource
    void a_pods_call_of_a_service_is_told_with_its_backend(Family family) {
        Sent sent = tcp("from_pod", "web", "web", "shop", 80);

        Outcome outcome = dry(sent, family);

        assertThat(outcome.verdict()).isEqualTo(Outcome.REDIRECTED);
        assertThat(event(outcome))
                .returns(EventType.TRACE, Event::type)
                .returns(ObservationPoint.TO_ENDPOINT, Event::point)
                .returns(Keys.bytes(ip("db", family)), Event::destination)
                .returns(8080, Event::destinationPort)
                .returns(CtState.NEW, Event::ctState);
        assertThat(outcome.connections().keySet())
                .extracting(key -> key.scope())
                .containsExactlyInAnyOrder(CtScope.SERVICE, CtScope.FLOW);
    }

    @ParameterizedTest
    @EnumSource
    void what_leaves_is_told_with_whom_it_leaves_as(Family family) {
        Outcome outcome = dry(tcp("from_pod", "web", "web", "outside", 443), family);

        assertThat(outcome.verdict()).isEqualTo(Outcome.REDIRECTED);
        assertThat(event(outcome).point()).isEqualTo(ObservationPoint.TO_NETWORK);
        assertThat(outcome.masqueraded().entrySet())
                .singleElement()
                .satisfies(entry -> assertThat(entry.getKey().local()).isEqualTo(Keys.bytes(ip("a", family))))
                .satisfies(entry -> assertThat(entry.getValue().pod()).isEqualTo(Keys.bytes(ip("web", family))));
    }

    @ParameterizedTest
    @EnumSource
    void a_drop_is_told_with_its_reason(Family family) {
        assertThat(event(dry(tcp("from_pod", "web", "ghost", "db", 80), family)))
                .returns(EventType.DROP, Event::type)
                .returns(DropReason.INVALID_SOURCE_IP.code(), Event::dropReason);
        Outcome refused = dry(tcp("from_pod", "web", "web", "empty", 80), family);
        assertThat(event(refused).dropReason()).isEqualTo(DropReason.NO_SERVICE_BACKEND.code());
        assertThat(refused.verdict()).as("the pod is told").isEqualTo(Outcome.REDIRECTED);
    }

    @ParameterizedTest
    @EnumSource
    void a_client_outside_is_told_with_where_a_node_port_leads_him(Family family) {
        assertThat(event(dry(tcp("from_net", "eth0", "outside", "a", 30080), family)))
                .returns(ObservationPoint.TO_ENDPOINT, Event::point)
                .returns(Keys.bytes(ip("db", family)), Event::destination);
        Outcome far = dry(tcp("from_net", "eth0", "outside", "a", 30081), family);
        assertThat(event(far).point()).isEqualTo(ObservationPoint.TO_OVERLAY);
        assertThat(far.masqueraded()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void whoever_speaks_out_of_the_tunnel_is_who_he_is_said_to_be(Family family) {
        assertThat(event(dry(tcp("from_overlay", "stentor_vxlan", "far", "db", 80), family)))
                .returns(EventType.TRACE, Event::type)
                .returns(IDENTITY, Event::sourceIdentity)
                .returns(ObservationPoint.TO_ENDPOINT, Event::point);
    }

    @ParameterizedTest
    @EnumSource
    void what_the_node_sends_is_told_too(Family family) {
        assertThat(dry(tcp("to_pod", "db", "a", "db", 80), family).verdict()).isEqualTo(Outcome.PASSED);
        assertThat(dry(tcp("to_overlay", "stentor_vxlan", "a", "far", 80), family)
                        .verdict())
                .isEqualTo(Outcome.PASSED);
        assertThat(dry(tcp("to_net", "eth0", "a", "outside", 80), family).verdict())
                .isEqualTo(Outcome.PASSED);
    }

    @ParameterizedTest
    @EnumSource
    void datagrams_go_the_same_way(Family family) {
        assertThat(event(dry(new Sent("from_pod", "web", "web", "far", 53, Protocol.UDP), family))
                        .point())
                .isEqualTo(ObservationPoint.TO_OVERLAY);
    }

    @Test
    void connections_that_there_are_are_known() {
        Sent sent = tcp("from_pod", "web", "web", "db", 80);
        real(sent, Family.IPV4);
        programs.events();

        Outcome outcome = dry(sent, Family.IPV4);

        assertThat(outcome.verdict()).isEqualTo(Outcome.REDIRECTED);
        assertThat(outcome.events()).as("the same SYN again is nothing of note").isEmpty();
        assertThat(outcome.connections()).hasSize(1);
    }

    @Test
    void a_packet_that_is_sent_does_what_the_dry_run_told_and_is_seen_in_the_maps() {
        Sent sent = tcp("from_pod", "web", "web", "shop", 80);
        Outcome told = dry(sent, Family.IPV4);
        Map<String, Map<ByteString, ByteString>> before = content();

        TestResult result = real(sent, Family.IPV4);

        assertThat(result.value()).isEqualTo(told.verdict());
        assertThat(result.packet()).isEqualTo(told.packet());
        assertThat(content()).isNotEqualTo(before);
        assertThat(programs.entries("ct_unanswered"))
                .isEqualTo(told.connections().size());
    }
}
