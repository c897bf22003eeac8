package io.stentor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.agent.api.SampleNode;
import io.stentor.agent.api.SampleShop;
import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Address;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.datapath.compile.Keys;
import io.stentor.datapath.explain.DryRuns;
import io.stentor.datapath.explain.Outcome;
import io.stentor.datapath.explain.Trial;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Explanations as the command shows them, of what a dry run is told to have come to.
class ExplainCommandTest {
    private static final int PORT = 54321;
    private static final int TCP = 6;

    private final SampleNode node = SampleShop.on(new SampleNode().populated());
    private final List<Trial> trials = new ArrayList<>();
    private Config config = Config.ZERO
            .withServices(true)
            .withTunnel(true)
            .withOverlayIfindex(3)
            .withUnderlayIfindex(2);
    private Outcome outcome = new Outcome(Outcome.PASSED, new byte[0], List.of(), Map.of(), Map.of());

    @RegisterExtension
    final AskedNode asked = new AskedNode(node);

    ExplainCommandTest() {
        node.dryRuns = Optional.of(new DryRuns() {
            @Override
            public Config config() {
                return config;
            }

            @Override
            public Outcome run(Trial trial) {
                trials.add(trial);
                return outcome;
            }
        });
    }

    private Run explain(String from, String to, String... more) {
        List<String> line = new ArrayList<>(List.of("explain", "--from", from, "--to", to));
        line.addAll(List.of(more));
        return asked.run(line);
    }

    private static Bytes16 ip(String text) {
        return Keys.bytes(IpAddress.of(text));
    }

    private static CtKey connection(String source, String destination, int port, CtScope scope) {
        return new CtKey(ip(source), ip(destination), PORT, port, TCP, Family.IPV4, scope);
    }

    private int web() {
        return node.view().facts().services().get().numbered().entrySet().stream()
                .filter(e -> e.getValue().equals("shop/web:http"))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private static Event event(ObservationPoint point, String source, String destination, int port, int reason) {
        return new Event(
                1,
                ip(source),
                ip(destination),
                PORT,
                port,
                21,
                5,
                5,
                11,
                0,
                54,
                reason == 0 ? EventType.TRACE : EventType.DROP,
                reason,
                point,
                CtState.NEW,
                Direction.EGRESS,
                4,
                TCP,
                2,
                0,
                0);
    }

    private void comesTo(int verdict, Event event, Map<CtKey, CtEntry> connections, Map<NatKey, NatEntry> masqueraded) {
        outcome = new Outcome(verdict, new byte[0], List.of(event), connections, masqueraded);
    }

    private Map<CtKey, CtEntry> serviceAndFlow(String source, String asked) {
        Map<CtKey, CtEntry> all = new HashMap<>();
        all.put(
                connection(source, asked, 80, CtScope.SERVICE),
                CtEntry.ZERO.withService(web()).withPeer(ip("10.0.2.9")).withPeerPort(8080));
        all.put(connection(source, "10.0.2.9", 8080, CtScope.FLOW), CtEntry.ZERO.withService(web()));
        return all;
    }

    @Test
    void a_pods_socket_speaks_with_a_backend_and_its_packet_goes_there() {
        comesTo(
                Outcome.REDIRECTED,
                event(ObservationPoint.TO_OVERLAY, "10.0.1.5", "10.0.2.9", 8080, 0),
                Map.of(connection("10.0.1.5", "10.0.2.9", 8080, CtScope.FLOW), CtEntry.ZERO),
                Map.of());

        assertThat(explain("demo/client", "10.96.0.7:80").out()).isEqualTo("""
                STAGE       DECISION
                socket      told from the maps: shop/web:http, one of 2 by chance: 10.0.1.5:8080 (demo/client), 10.0.2.9:8080 (pod on worker-2); here 10.0.2.9:8080
                parse       TCP SYN 10.0.1.5:54321 -> 10.0.2.9:8080, at from_pod of stn000000000011
                identity    demo/client, identity init to pod on worker-2, identity init
                service     10.0.2.9:8080 is no service's
                conntrack   new: remembered as 10.0.1.5:54321 -> 10.0.2.9:8080
                policy      nothing is there yet: everything may pass
                delivery    into the tunnel to worker-2 for 10.0.2.9:8080
                event       a trace
                """);
    }

    @Test
    void packet_by_packet_the_service_stage_chooses() {
        comesTo(
                Outcome.REDIRECTED,
                event(ObservationPoint.TO_OVERLAY, "10.0.1.5", "10.0.2.9", 8080, 0),
                serviceAndFlow("10.0.1.5", "10.96.0.7"),
                Map.of());

        assertThat(explain("demo/client", "10.96.0.7:80", "--by-packet").out()).isEqualTo("""
                STAGE       DECISION
                socket      not translated here: packet by packet, as asked
                parse       TCP SYN 10.0.1.5:54321 -> 10.96.0.7:80, at from_pod of stn000000000011
                identity    demo/client, identity init to pod on worker-2, identity init
                service     shop/web:http: 10.0.2.9:8080 (pod on worker-2)
                conntrack   new: remembered as 10.0.1.5:54321 -> 10.0.2.9:8080
                policy      nothing is there yet: everything may pass
                delivery    into the tunnel to worker-2 for 10.0.2.9:8080
                event       a trace
                """);
        assertThat(trials).singleElement().returns("from_pod", Trial::program).returns(21, Trial::ifindex);
    }

    @Test
    void a_client_outside_is_told_with_whom_he_comes_as() {
        comesTo(
                Outcome.REDIRECTED,
                event(ObservationPoint.TO_OVERLAY, "203.0.113.7", "10.0.2.9", 8080, 0),
                serviceAndFlow("203.0.113.7", "203.0.113.9"),
                Map.of(
                        new NatKey(ip("10.0.2.9"), ip("192.168.7.11"), 8080, 40000, TCP, Family.IPV4),
                        new NatEntry(ip("203.0.113.7"), 0, PORT)));

        assertThat(explain("203.0.113.7", "203.0.113.9:80").out()).isEqualTo("""
                STAGE       DECISION
                parse       TCP SYN 203.0.113.7:54321 -> 203.0.113.9:80, at from_net of eth0
                identity    203.0.113.7, identity init to pod on worker-2, identity init
                service     shop/web:http: 10.0.2.9:8080 (pod on worker-2)
                conntrack   new: remembered as 203.0.113.7:54321 -> 10.0.2.9:8080
                policy      nothing is there yet: everything may pass
                delivery    into the tunnel to worker-2 for 10.0.2.9:8080, as 192.168.7.11:40000
                event       a trace
                """);
    }

    @Test
    void a_service_without_a_backend_refuses_at_the_socket() {
        assertThat(explain("demo/client", "10.96.0.9:80").out()).isEqualTo("""
                STAGE    DECISION
                socket   told from the maps: shop/void:http has no backend; connect() fails, ECONNREFUSED
                """);
        assertThat(explain("demo/client", "10.96.0.9:80", "-o", "json").out()).contains("\"verdict\" : \"refused\"");
        assertThat(trials).isEmpty();
    }

    @Test
    void a_drop_is_told_with_its_reason() {
        comesTo(
                Outcome.DROPPED,
                event(ObservationPoint.FROM_NETWORK, "198.51.100.1", "203.0.113.9", 80, 177),
                Map.of(),
                Map.of());

        assertThat(explain("198.51.100.1", "203.0.113.9:80").out()).isEqualTo("""
                STAGE      DECISION
                parse      TCP SYN 198.51.100.1:54321 -> 203.0.113.9:80, at from_net of eth0
                identity   198.51.100.1, identity init to 203.0.113.9, identity init
                service    shop/web:http, but no backend was chosen
                delivery   dropped: Denied by LB src range check
                event      a drop
                """);
    }

    @Test
    void what_no_program_is_concerned_with_goes_on() {
        assertThat(explain("203.0.113.7", "192.168.7.11:22").out()).isEqualTo("""
                STAGE      DECISION
                parse      TCP SYN 203.0.113.7:54321 -> 192.168.7.11:22, at from_net of eth0
                service    192.168.7.11:22 is no service's
                policy     nothing is there yet: everything may pass
                delivery   goes on as it is: no pod's, no service's and not masqueraded
                event      none
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.1.6:80, to the pod (demo/server-0), delivered",
        "10.0.2.9:80, into the tunnel to worker-2 for 10.0.2.9:80, tunnel",
        "203.0.113.7:80, out of the node to 203.0.113.7:80, sent"
    })
    void what_the_node_sends_and_nobody_reports_is_told_with_its_way(String to, String way, String verdict) {
        assertThat(explain("host", to).out()).contains("delivery   " + way + "\n");
        assertThat(explain("host", to, "-o", "json").out()).contains("\"verdict\" : \"" + verdict + "\"");
    }

    @ParameterizedTest
    @CsvSource({"host, 192.168.7.11:22", "demo/client, 10.0.1.5:80"})
    void who_speaks_with_himself_meets_no_program(String from, String to) {
        assertThat(explain(from, to).out()).contains("speaks with itself: its packets meet no program");
        assertThat(trials).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "demo/client, 10.0.2.9:80, from_pod, 21, 0",
        "11, 10.0.2.9:80, from_pod, 21, 0",
        "10.0.1.5, 10.0.2.9:80, from_pod, 21, 0",
        "host, 10.0.1.6:80, to_pod, 22, 0",
        "worker-1, 10.0.2.9:80, to_overlay, 3, 0",
        "host, 203.0.113.7:80, to_net, 2, 0",
        "10.0.2.9, 10.0.1.6:80, from_overlay, 3, 5",
        "worker-2, 10.0.1.6:80, from_overlay, 3, 6",
        "worker-2, 192.168.7.11:22, from_net, 2, 0",
        "203.0.113.7, 10.0.1.6:80, from_net, 2, 0"
    })
    void a_packet_is_tried_where_it_meets_the_node_first(
            String from, String to, String program, int ifindex, int identity) {
        assertThat(explain(from, to).code()).isZero();

        assertThat(trials)
                .singleElement()
                .returns(program, Trial::program)
                .returns(ifindex, Trial::ifindex)
                .returns(identity, Trial::identity);
    }

    @Test
    void in_native_routing_all_others_come_by_the_network() {
        config = config.withTunnel(false);

        explain("10.0.2.9", "10.0.1.6:80");

        assertThat(trials).singleElement().returns("from_net", Trial::program);
    }

    @Test
    void a_node_port_is_found_at_the_addresses_that_have_it() {
        BpfMap addresses = Objects.requireNonNull(node.maps.get(Maps.ADDRESSES.name()));
        byte[] key = Keys.of(IpAddress.of("192.168.7.11")).encode();
        Address known = Address.CODEC.decode(addresses.lookup(key).orElseThrow());

        addresses.update(key, known.withNodePorts(true).encode());
        assertThat(explain("demo/client", "192.168.7.11:30080").out()).contains("shop/web:http, one of 2");
        addresses.update(key, known.withNodePorts(false).encode());
        assertThat(explain("demo/client", "192.168.7.11:30080").out()).contains("is no service's, and stays");
        assertThat(explain("host", "127.0.0.1:30080").out()).contains("shop/web:http, one of 2");
        assertThat(explain("demo/client", "127.0.0.1:30080").out()).contains("is no service's, and stays");
    }

    @Test
    void nothing_is_told_before_the_programs_are_there() {
        node.dryRuns = Optional.empty();

        assertThat(explain("demo/client", "10.96.0.7:80"))
                .returns(ExitCode.FAILED, Run::code)
                .satisfies(run -> assertThat(run.err()).contains("not loaded yet"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo/nobody 10.96.0.7:80",
                "demo/client 10.96.0.7",
                "demo/client web",
                "demo/client [fd00::1]:80",
                "10.0.1.77 10.96.0.7:80",
                "demo/client 10.96.0.7:80 --proto sctp"
            })
    void what_cannot_be_asked_is_a_sentence(String line) {
        String[] words = line.split(" ");
        Run run = explain(
                words[0], words[1], List.of(words).subList(2, words.length).toArray(String[]::new));

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).startsWith("stentor explain: ").hasLineCount(1);
        assertThat(trials).isEmpty();
    }

    @Test
    void the_command_explains_itself_with_an_example() {
        assertThat(Run.of(List.of("explain", "--help")))
                .returns(0, Run::code)
                .satisfies(run -> assertThat(run.out()).contains("Usage: stentor explain", "Example:"));
    }
}
