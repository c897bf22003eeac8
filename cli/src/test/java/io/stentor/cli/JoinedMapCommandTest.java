package io.stentor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.agent.api.SampleNode;
import io.stentor.agent.api.SampleShop;
import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.CtClose;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtFlag;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.datapath.compile.Keys;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Maps that belong together, as the command shows them.
class JoinedMapCommandTest {
    private static final int TCP = 6;

    private static final long HOUR = 3600_000_000_000L;

    private final SampleNode node = SampleShop.on(new SampleNode().populated());

    @RegisterExtension
    final AskedNode asked = new AskedNode(node);

    private Run run(String... arguments) {
        return asked.run(List.of(arguments));
    }

    private BpfMap map(MapSpec<?, ?> map) {
        return Objects.requireNonNull(node.maps.get(map.name()));
    }

    private <K, V> void put(MapSpec<K, V> map, K key, V value) {
        map(map).update(map.key().encode(key), map.value().encode(value));
    }

    private static Bytes16 ip(String text) {
        return Keys.bytes(IpAddress.of(text));
    }

    private static CtKey key(String low, int lowPort, String high, int highPort, CtScope scope) {
        return new CtKey(ip(low), ip(high), lowPort, highPort, TCP, Family.IPV4, scope);
    }

    private static CtEntry entry(int flags, int closes) {
        return new CtEntry(System.nanoTime() + HOUR, 5, 0, closes, 0, 11, flags, 0, 0, 0, Bytes16.ZERO);
    }

    private int web() {
        return node.view().facts().services().get().numbered().entrySet().stream()
                .filter(e -> e.getValue().equals("shop/web:http"))
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /// `demo/client` calls `shop/web`, has called the outside, and is being called.
    private void speak() {
        put(
                Maps.CT_ANSWERED,
                key("10.0.1.5", 40000, "10.96.0.7", 80, CtScope.SERVICE),
                entry(CtFlag.ANSWERED, 0)
                        .withService(web())
                        .withPeer(ip("10.0.2.9"))
                        .withPeerPort(8080));
        put(
                Maps.CT_ANSWERED,
                key("10.0.1.5", 40000, "10.0.2.9", 8080, CtScope.FLOW),
                entry(CtFlag.ANSWERED, 0)
                        .withService(web())
                        .withPeer(ip("10.96.0.7"))
                        .withPeerPort(80));
        put(
                Maps.CT_UNANSWERED,
                key("10.0.1.5", 41000, "203.0.113.7", 443, CtScope.FLOW),
                entry(CtFlag.ANSWERED, CtClose.BY_ORIGIN | CtClose.BY_PEER).withNatPort(50000));
        put(
                Maps.CT_UNANSWERED,
                key("10.0.1.5", 80, "10.0.1.6", 42000, CtScope.FLOW),
                entry(CtFlag.HIGH_BEGAN, 0).withDeadline(System.nanoTime() - HOUR));
        put(
                Maps.NAT_UNANSWERED,
                new NatKey(ip("203.0.113.7"), ip("192.168.7.11"), 443, 50000, TCP, Family.IPV4),
                new NatEntry(ip("10.0.1.5"), System.nanoTime() + HOUR, 41000));
        put(
                Maps.NAT,
                new NatKey(ip("203.0.113.8"), ip("192.168.7.11"), 443, 50001, TCP, Family.IPV4),
                new NatEntry(ip("10.0.1.5"), System.nanoTime() + HOUR, 41001));
    }

    /// Times are told in seconds, and pass.
    private static String inHours(String out) {
        return out.replaceAll("-?3[56]\\d\\d\\b", "hour");
    }

    @Test
    void frontends_are_joined_with_the_backends_that_the_kernel_has() {
        assertThat(run("maps", "lb").out()).isEqualTo("""
                ID   FRONTEND             SERVICE          INSIDE                         OUTSIDE         AFFINITY   FLAGS
                4    0.0.0.0:30080/TCP    shop/web:http    10.0.1.5:8080, 10.0.2.9:8080   10.0.1.5:8080   -          outside, local
                4    10.96.0.7:80/TCP     shop/web:http    10.0.1.5:8080, 10.0.2.9:8080   -               -          -
                1    10.96.0.8:53/UDP     shop/dns:dns     10.0.1.6:53                    -               600 s      -
                3    10.96.0.9:80/TCP     shop/void:http   -                              -               -          -
                4    192.0.2.7:80/TCP     shop/web:http    10.0.1.5:8080, 10.0.2.9:8080   10.0.1.5:8080   -          outside, local, foreign
                4    203.0.113.9:80/TCP   shop/web:http    10.0.1.5:8080, 10.0.2.9:8080   10.0.1.5:8080   -          outside, local, ranges
                """);
    }

    @Test
    void a_place_in_a_list_that_leads_nowhere_is_told() {
        BpfMap backends = map(Maps.BACKENDS);
        backends.dump().stream()
                .filter(e -> Backend.CODEC.decode(e.value()).address().equals(ip("10.0.1.6")))
                .forEach(e -> backends.delete(e.key()));

        assertThat(run("maps", "lb", "--service", "shop/dns", "-o", "json").out())
                .contains("\"inside\":[\"missing\"]")
                .doesNotContain("shop/web");
    }

    @Test
    void connections_are_told_from_the_side_that_began() {
        speak();

        assertThat(inHours(run("maps", "ct").out())).isEqualTo("""
                PROTOCOL   SCOPE     FROM                             TO                                STATE    SERVICE         PEER            NAT-PORT   ENDPOINT      SECONDS
                TCP        flow      10.0.1.5:40000 (demo/client)     10.0.2.9:8080 (pod on worker-2)   in use   shop/web:http   10.96.0.7:80    -          demo/client   hour
                TCP        flow      10.0.1.5:41000 (demo/client)     203.0.113.7:443                   ended    -               -               50000      demo/client   hour
                TCP        flow      10.0.1.6:42000 (demo/server-0)   10.0.1.5:80 (demo/client)         over     -               -               -          demo/client   hour
                TCP        service   10.0.1.5:40000 (demo/client)     10.96.0.7:80                      in use   shop/web:http   10.0.2.9:8080   -          demo/client   hour
                """);
    }

    @Test
    void connections_are_chosen_by_service_end_and_protocol() {
        speak();

        assertThat(run("maps", "ct", "--service", "shop/web").out().lines()).hasSize(3);
        assertThat(run("maps", "ct", "--service", "shop/web:http").out().lines())
                .hasSize(3);
        assertThat(run("maps", "ct", "--service", "shop/we")).returns("nothing of that is there\n", Run::err);
        assertThat(run("maps", "ct", "--address", "10.0.1.6").out().lines()).hasSize(2);
        assertThat(run("maps", "ct", "--address", "10.0.1.5:41000").out().lines())
                .hasSize(2);
        assertThat(run("maps", "ct", "--protocol", "udp").out()).isEmpty();
    }

    @Test
    void masqueraded_connections_are_told_with_both_ways_and_what_conntrack_knows() {
        speak();

        assertThat(inHours(run("maps", "nat").out())).isEqualTo("""
                PROTOCOL   FROM                           AS                   TO                CONNECTION   SECONDS   TABLE
                TCP        10.0.1.5:41000 (demo/client)   192.168.7.11:50000   203.0.113.7:443   ended        hour      nat_unanswered
                TCP        10.0.1.5:41001 (demo/client)   192.168.7.11:50001   203.0.113.8:443   -            hour      nat
                """);
    }

    @Test
    void what_a_limit_leaves_out_is_told() throws IOException {
        speak();

        Run some = run("maps", "ct", "--limit", "1", "-o", "json");

        assertThat(some.err()).isEqualTo("3 more are not shown; --limit 0 shows all\n");
        assertThat(Json.parse(some.out().getBytes(StandardCharsets.UTF_8))).hasSize(1);
        Run all = run("maps", "ct", "--limit", "0", "-o", "json");
        assertThat(all.err()).isEmpty();
        assertThat(Json.parse(all.out().getBytes(StandardCharsets.UTF_8))).hasSize(4);
    }

    @Test
    void what_cannot_be_asked_for_is_a_sentence() {
        assertThat(run("maps", "ct", "--address", "web"))
                .isEqualTo(new Run(
                        ExitCode.FAILED, "", "stentor maps ct: 'web' is neither an address nor ADDRESS:PORT\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"maps", "maps lb", "maps ct", "maps nat"})
    void every_command_explains_itself_with_an_example(String line) {
        assertThat(run((line + " --help").split(" ")))
                .returns(0, Run::code)
                .satisfies(run -> assertThat(run.out()).contains("Usage: stentor " + line, "Example"));
    }
}
