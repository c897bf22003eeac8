package io.stentor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.agent.api.PartHealth;
import io.stentor.agent.api.SampleNode;
import io.stentor.bpf.generated.Counter;
import io.stentor.bpf.generated.Direction;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import io.stentor.model.Protocol;
import io.stentor.model.RemotePod;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The whole command against a real agent's socket, with the agent's own methods behind it.
class StentorTest {
    private final SampleNode node = new SampleNode().populated().applied();

    @RegisterExtension
    final AskedNode asked = new AskedNode(node);

    private Run run(String... arguments) {
        return asked.run(List.of(arguments));
    }

    @Test
    void status_shows_parts_network_and_problems() {
        node.problems.add(new Problem("configuration", "foo", "unknown key"));

        assertThat(run("status"))
                .isEqualTo(new Run(0, """
                Node:      worker-1
                Status:    degraded
                Version:   %s

                PART         STATUS   DETAIL
                kubernetes   ok       https://192.168.7.1:6443 answers
                sources      ok       synced, revision 1
                datapath     ok       the kernel holds revision 1
                ipam         ok       10.0.1.0/24 2 of 254 in use

                Routing:     tunnel (vxlan, port 8472)
                Devices:     eth0 mtu 1500
                Addresses:   InternalIP 192.168.7.11
                Pods:        2 here, addresses elsewhere: 1
                Nodes:       2

                Problems:
                  configuration foo: unknown key
                """.formatted(Build.current().version()), ""));
    }

    @Test
    void status_of_an_agent_that_is_not_ready_is_a_failure() {
        node.parts.add(PartHealth.unready("links", "no device leads to the other nodes"));

        Run run = run("status", "-o", "json");

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).contains("\"ready\" : false", "\"status\" : \"degraded\"", "no device leads");
    }

    @Test
    void status_waits_for_an_agent_to_become_ready() {
        node.parts.add(PartHealth.unready("links", "not yet"));
        Thread.ofVirtual().start(() -> node.parts.removeLast());

        assertThat(run("status", "--wait", "--wait-duration", "1m").code()).isZero();
    }

    @Test
    void status_does_not_wait_for_ever() {
        node.parts.add(PartHealth.unready("links", "never"));

        Run run = run("status", "--wait", "--wait-duration", "1ms");

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).isEqualTo("stentor status: the agent was not ready within 0.001s\n");
    }

    @Test
    void endpoints_are_a_table_for_people() {
        assertThat(run("endpoint", "list").out()).isEqualTo("""
                ID   POD             IPV4       IPV6   IDENTITY   INTERFACE         STATE
                11   demo/client     10.0.1.5   -      5          stn000000000011   ready
                12   demo/server-0   10.0.1.6   -      5          stn000000000012   ready
                """);
    }

    @Test
    void endpoints_are_an_array_for_programs() throws IOException {
        Run run = run("endpoint", "list", "-o", "json");

        assertThat(Json.parse(run.out().getBytes(StandardCharsets.UTF_8)))
                .hasSize(2)
                .first()
                .satisfies(endpoint -> assertThat(endpoint).hasToString("""
                        {"id":11,"namespace":"demo","name":"client","ipv4":"10.0.1.5","identity":5,\
                        "interface":"stn000000000011","ifindex":21,"mac":"02:00:00:00:00:0b",\
                        "podInterface":"eth0","containerId":"c11","uid":"uid-11","state":"ready"}"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"11", "demo/client"})
    void an_endpoint_is_found_by_number_and_by_pod(String name) {
        assertThat(run("endpoint", "get", name).out()).contains("id             11\n", "state          ready\n");
    }

    @Test
    void an_endpoint_whose_entry_is_missing_in_the_kernel_is_not_ready() {
        node.maps.get("endpoints").delete(BpfMap.index(21));

        assertThat(run("endpoint", "get", "11").out()).contains("state          regenerating\n");
        assertThat(run("diff").out()).isEqualTo("""
                MAP         KEY          DESIRED                                                      KERNEL
                endpoints   ifindex=21   id=11 identity=5 ipv4=10.0.1.5 ipv6= mac=02:00:00:00:00:0b   nothing
                """);
    }

    @Test
    void an_unknown_endpoint_is_a_failure() {
        assertThat(run("endpoint", "get", "demo/nobody"))
                .isEqualTo(new Run(1, "", "stentor endpoint get: no endpoint demo/nobody on node worker-1\n"));
    }

    @Test
    void nodes_are_listed() {
        assertThat(run("node", "list").out()).isEqualTo("""
                NAME       LOCAL   INTERNAL-IP    OTHER ADDRESSES   POD-CIDRS
                worker-1   yes     192.168.7.11   -                 10.0.1.0/24
                worker-2   -       192.168.7.12   -                 10.0.2.0/24
                """);
    }

    @Test
    void addresses_are_listed_with_their_owners() {
        assertThat(run("ip", "list").out()).isEqualTo("""
                ADDRESS        KIND          IDENTITY   NAME            NODE
                10.0.1.5       pod           5          demo/client     worker-1
                10.0.1.6       pod           5          demo/server-0   worker-1
                10.0.2.9       remote-pod    5          -               worker-2
                192.168.7.11   host          1          worker-1        worker-1
                192.168.7.12   remote-node   6          worker-2        worker-2
                10.0.1.0/24    pod           5          -               worker-1
                10.0.2.0/24    remote-pod    5          -               worker-2
                """);
    }

    @Test
    void lists_may_be_longer_than_a_frame() throws IOException {
        PersistentMap<IpAddress, RemotePod> pods = PersistentMap.empty();
        for (int i = 0; i < 20_000; i++) {
            IpAddress address = IpAddress.of("10.128.0.0").plus(i);
            pods = pods.plus(address, new RemotePod(address, 5, IpAddress.of("192.168.7.12")));
        }
        PersistentMap<IpAddress, RemotePod> all = pods;
        node.store.commit(state -> state.with(Table.PODS, all));

        Run run = run("tables", "pods", "-o", "json");

        assertThat(run.out().length()).isGreaterThan(1 << 20);
        assertThat(Json.parse(run.out().getBytes(StandardCharsets.UTF_8))).hasSize(20_000);
    }

    @Test
    void tables_and_their_rows_are_shown() {
        assertThat(run("tables").out()).isEqualTo("""
                TABLE       ROWS
                endpoints   2
                nodes       2
                pods        1
                """);
        assertThat(run("tables", "pods").out()).isEqualTo("""
                ADDRESS    IDENTITY   NODE
                10.0.2.9   5          192.168.7.12
                """);
        assertThat(run("tables", "nothing").err())
                .isEqualTo("stentor tables: no table nothing has rows; those that have: endpoints, nodes, pods\n");
    }

    @Test
    void services_and_what_stands_behind_them_are_shown_with_what_they_have() {
        node.store.commit(
                state -> state.with(Table.SERVICES, service("api", 0)).with(Table.SERVICES, service("web", 30080)));
        node.store.commit(state -> state.with(Table.SLICES, slice()));

        assertThat(run("tables", "services").out()).isEqualTo("""
                NAMESPACE   NAME   CLUSTER-IPS             EXTERNAL-IPS   LOAD-BALANCER-IPS   PORTS                           INTERNAL-TRAFFIC-POLICY   EXTERNAL-TRAFFIC-POLICY   AFFINITY-SECONDS   CREATED                HEALTH-CHECK-NODE-PORT   ALLOWED-RANGES
                shop        api    10.96.0.7, fd00:96::7   -              -                   80 TCP http, 53 UDP dns         Cluster                   Cluster                   10800              2026-01-01T00:00:00Z   -                        -
                shop        web    10.96.0.7, fd00:96::7   -              203.0.113.9         80 TCP http 30080, 53 UDP dns   Cluster                   Local                     -                  2026-01-01T00:00:00Z   30999                    198.51.100.0/24
                """);
        assertThat(run("tables", "slices").out()).isEqualTo("""
                NAMESPACE   NAME     SERVICE   PORTS           BACKENDS
                shop        web-x7   web       8080 TCP http   10.0.1.5 ready+serving worker-1 z1, z2, 10.0.2.9 serving+terminating
                """);
    }

    private static Service service(String name, int nodePort) {
        boolean outside = nodePort != 0;
        return new Service(
                new ServiceName("shop", name),
                "2026-01-01T00:00:00Z",
                List.of(
                        new ServicePort("http", Protocol.TCP, 80, nodePort),
                        new ServicePort("dns", Protocol.UDP, 53, 0)),
                new Service.Reach(
                        List.of(IpAddress.of("10.96.0.7"), IpAddress.of("fd00:96::7")),
                        List.of(),
                        outside ? List.of(IpAddress.of("203.0.113.9")) : List.of(),
                        outside ? List.of(Cidr.of("198.51.100.0/24")) : List.of(),
                        false),
                new Service.Selection(
                        TrafficPolicy.CLUSTER,
                        outside ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER,
                        outside ? 0 : 10800,
                        outside ? 30999 : 0));
    }

    private static EndpointSlice slice() {
        return new EndpointSlice(
                new SliceName("shop", "web-x7"),
                new ServiceName("shop", "web"),
                List.of(new EndpointSlice.Port("http", Protocol.TCP, 8080)),
                List.of(
                        backend(
                                "10.0.1.5",
                                true,
                                true,
                                false,
                                new EndpointSlice.Place("worker-1", List.of("z1", "z2"))),
                        backend("10.0.2.9", false, true, true, new EndpointSlice.Place("", List.of()))));
    }

    private static EndpointSlice.Backend backend(
            String address, boolean ready, boolean serving, boolean terminating, EndpointSlice.Place place) {
        return new EndpointSlice.Backend(IpAddress.of(address), ready, serving, terminating, place);
    }

    @Test
    void maps_are_shown_in_words() {
        node.counts(0, Direction.INGRESS, new Counter(3, 300));
        node.counts(132, Direction.EGRESS, new Counter(1, 74));

        assertThat(run("maps").out().lines().limit(3))
                .containsExactly(
                        "MAP               TYPE            OWNER        ENTRIES   MAX-ENTRIES",
                        "addresses         hash            agent        5         131072",
                        "affinities        lru-hash        datapath     0         16384");
        assertThat(run("maps", "metrics").out()).isEqualTo("""
                VERDICT     REASON              DIRECTION   PACKETS   BYTES
                forwarded   -                   ingress     6         600
                dropped     Invalid source ip   egress      2         148
                """);
        assertThat(run("maps", "ranges").out()).isEqualTo("""
                RANGE         KIND          IDENTITY   NODE
                10.0.1.0/24   local-pods    5          -
                10.0.2.0/24   remote-pods   5          192.168.7.12
                """);
        List<String> rings = run("maps", "events").out().lines().toList();
        assertThat(rings).hasSize(17).first().isEqualTo("INDEX   MAP");
        List<String> maps =
                rings.stream().skip(1).map(row -> row.split(" +", -1)[1]).toList();
        // two processors' rings, in turns
        assertThat(maps.get(2)).isEqualTo(maps.get(0)).isNotEqualTo(maps.get(1));
    }

    @Test
    void no_differences_are_a_sentence() {
        assertThat(run("diff")).isEqualTo(new Run(0, "", "the kernel holds what it should\n"));
    }

    @Test
    void events_are_a_line_each() {
        node.happens(SampleNode.forged());
        node.happens(SampleNode.ping());

        Run run = run("monitor", "--last", "2", "--count", "2");

        assertThat(run.out().replaceAll("(?m)^[0-9:.]{12}", "12:34:56.789")).isEqualTo("""
                12:34:56.789 drop  from-endpoint stn000000000011 10.9.9.9:4312 (demo/client) -> \
                10.0.2.9:80 (pod on worker-2) TCP SYN, 74 bytes: Invalid source ip
                12:34:56.789 trace to-network    eth0            10.0.1.6:77 (demo/server-0) -> \
                203.0.113.7 (world) ICMP type 8 code 0, 98 bytes, new
                """);
        assertThat(run.err()).isEqualTo("monitoring worker-1, Ctrl-C ends\n");
    }

    @Test
    void events_are_chosen_by_type_and_ends() {
        node.happens(SampleNode.forged());
        node.happens(SampleNode.ping());
        String[] common = {"monitor", "--last=2", "--count=1", "-o=json"};

        assertThat(run(with(common, "--type=trace")).out()).contains("\"type\":\"trace\"");
        assertThat(run(with(common, "--to=world")).out()).contains("\"icmpType\":8");
        assertThat(run(with(common, "--endpoint=demo/client")).out()).contains("\"reasonCode\":132");
    }

    private static String[] with(String[] common, String more) {
        List<String> all = new ArrayList<>(List.of(common));
        all.add(more);
        return all.toArray(String[]::new);
    }

    @Test
    void version_knows_both_programs() {
        Run run = run("version");

        assertThat(run.code()).isZero();
        assertThat(run.out().lines()).hasSize(3).last().asString().startsWith("agent");
    }

    @Test
    void version_needs_no_agent() {
        asked.end();

        Run run = run("version", "-o", "json");

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("\"agent\" : null", "\"layout\"");
    }

    @Test
    void without_an_agent_the_exit_code_is_three_and_the_sentence_says_what_to_do() {
        asked.end();

        Run run = run("status");

        assertThat(run.code()).isEqualTo(ExitCode.NOT_REACHABLE);
        assertThat(run.err())
                .startsWith("stentor status: no agent answers at " + asked.socket() + " (there is no such socket).")
                .contains("STENTOR_SOCKET");
    }

    @Test
    void an_agent_that_ends_in_the_middle_of_its_answer_is_not_reachable() throws IOException {
        asked.end();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(asked.socket()));
            Thread.ofVirtual().start(() -> {
                try (SocketChannel peer = server.accept()) {
                    peer.read(ByteBuffer.allocate(1000));
                    peer.write(ByteBuffer.wrap(new byte[] {0, 0, 1, 0, 'r', '{'}));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            Run run = run("status");

            assertThat(run.code()).isEqualTo(ExitCode.NOT_REACHABLE);
            assertThat(run.err()).contains("closed the connection before it had answered");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "endpoint",
                "nonsense",
                "status -o xml",
                "status --wait-duration soon",
                "monitor --type pcap",
                "monitor --count x",
                "endpoint get",
                "completion tcsh"
            })
    void wrong_use_is_exit_code_two_with_a_hint(String line) {
        Run run = run(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(run.code()).isEqualTo(ExitCode.WRONG_USE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("See stentor", "--help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "status",
                "endpoint",
                "endpoint list",
                "endpoint get",
                "node",
                "node list",
                "ip",
                "ip list",
                "tables",
                "maps",
                "diff",
                "monitor",
                "version",
                "completion"
            })
    void every_command_explains_itself_with_an_example(String line) {
        Run run = run((line + " --help").strip().split(" "));

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("Usage: stentor", "Example:\n  ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void shells_learn_every_command(String shell, @TempDir Path directory) throws Exception {
        Run run = run("completion", shell);

        assertThat(run.out()).contains("endpoint", "monitor", "--help".substring(2));
        if (shell.equals("bash")) {
            Path script = Files.writeString(directory.resolve("completion"), run.out());
            assertThat(new ProcessBuilder("bash", "-n", script.toString())
                            .inheritIO()
                            .start()
                            .waitFor())
                    .isZero();
        }
    }
}
