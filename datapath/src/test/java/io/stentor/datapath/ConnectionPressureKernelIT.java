package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.CtCounter;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.datapath.compile.ConnectionSettings;
import io.stentor.datapath.compile.TableSizes;
import io.stentor.datapath.sweep.ConnectionSweep;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.model.Family;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Small tables, and more connections than they have room for. No agent is there: the programs alone see to it.
class ConnectionPressureKernelIT {
    private static final int REDIRECT = 7;
    private static final int TCP_ROOM = 1024;
    private static final TableSizes SIZES = new TableSizes(TCP_ROOM, 1024, 1024);

    private static Linux kernel;
    private static TestNode node;
    private static LoadedPrograms programs;

    @BeforeAll
    static void load() throws IOException {
        kernel = Linux.open();
        node = new TestNode(kernel);
        Config config = new ConnectionSettings(
                        SIZES,
                        new ConnectionSettings.Lifetimes(
                                Duration.ofHours(2),
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(10),
                                Duration.ofMinutes(1)))
                .in(node.world().config(Map.of("drop_events_per_second", "0")));
        programs = new LoadedPrograms(kernel.bpf(), config, Map.of(), SIZES.entries());
    }

    @AfterAll
    static void unload() throws IOException {
        programs.close();
        node.close();
        kernel.close();
    }

    @BeforeEach
    void empty() {
        programs.reset(node.world().images(Optional.of(Family.IPV4)));
    }

    /// Runs a packet of each port through a program and wants it delivered.
    ///
    /// @param packet with `%d` for the port
    private static void deliver(String program, String link, String packet, int first, int last) {
        PacketBuilder builder = new PacketBuilder(node.world());
        BpfProgram run = programs.program(program);
        List<byte[]> packets = IntStream.rangeClosed(first, last)
                .mapToObj(port -> builder.build(packet.formatted(port)))
                .toList();
        assertThat(node.runAll(run, link, packets))
                .extracting(TestResult::value)
                .as(packet)
                .containsOnly(REDIRECT);
    }

    private static void send(String from, String to, String ports, String flags, int first, int last) {
        deliver(
                "from_pod",
                from,
                "eth(%s, gateway)/ipv4(%s, %s)/tcp(%s, flags=%s)".formatted(from, from, to, ports, flags),
                first,
                last);
    }

    /// Three packets each; few at once, as the table where connections begin is a small one.
    private static void connect(String from, String to, int first, int last) {
        for (int port = first; port <= last; port += 10) {
            int end = Math.min(last, port + 9);
            send(from, to, "%d, 80", "S", port, end);
            send(to, from, "80, %d", "SA", port, end);
            send(from, to, "%d, 80", "A", port, end);
        }
    }

    private static void close(String from, String to, int first, int last) {
        send(from, to, "%d, 80", "FA", first, last);
        send(to, from, "80, %d", "FA", first, last);
        send(from, to, "%d, 80", "A", first, last);
    }

    private static int held(int holder) {
        byte[] account =
                programs.map("ct_accounts").lookup(BpfMap.index(holder)).orElseThrow();
        return CtAccount.CODEC.decode(account).tcp();
    }

    private static long overShare() {
        BpfMap counters = programs.map("ct_counters");
        return counters.splitPerCpu(counters.lookup(BpfMap.index(0)).orElseThrow()).stream()
                .mapToLong(one -> CtCounter.CODEC.decode(one).overShare())
                .sum();
    }

    @Test
    void a_flood_of_syn_neither_displaces_what_is_in_use_nor_keeps_new_ones_out() {
        connect("db", "web", 301, 400);
        send("web", "db", "%d, 81", "S", 1, 8 * TCP_ROOM);
        assertThat(programs.entries("ct_answered")).isEqualTo(100);
        send("web", "db", "80, %d", "A", 301, 400);
        assertThat(programs.entries("ct_answered")).isEqualTo(100);
        connect("db", "web", 401, 500);
        assertThat(programs.entries("ct_answered")).isEqualTo(200);
        assertThat(overShare()).isZero();
    }

    @Test
    void one_endpoint_with_too_many_connections_leaves_room_for_others_and_loses_none_that_are_used() {
        connect("web", "db", 1001, 1000 + TCP_ROOM);
        assertThat(held(7)).isEqualTo(TCP_ROOM / 2);
        assertThat(held(CtHolder.ALL)).isEqualTo(TCP_ROOM / 2);
        assertThat(programs.entries("ct_answered")).isEqualTo(TCP_ROOM / 2);
        assertThat(overShare()).isEqualTo(TCP_ROOM / 2);
        connect("db", "web", 301, 400);
        assertThat(held(8)).isEqualTo(100);
        assertThat(programs.entries("ct_answered")).isEqualTo(TCP_ROOM / 2 + 100);
        for (int round = 0; round < 5; round++) {
            connect("web", "db", 5001, 5000 + TCP_ROOM);
            close("web", "db", 5001, 5000 + TCP_ROOM);
        }
        assertThat(held(7)).isEqualTo(TCP_ROOM / 2);
        assertThat(held(8)).isEqualTo(100);
    }

    @Test
    void connections_that_come_and_go_leave_nothing_but_what_is_remembered_of_them() {
        connect("db", "web", 301, 310);
        for (int round = 0; round < 5; round++) {
            connect("web", "db", 1000 * round + 1001, 1000 * round + 1400);
            close("web", "db", 1000 * round + 1001, 1000 * round + 1400);
        }
        assertThat(programs.entries("ct_answered")).isEqualTo(10);
        assertThat(held(7)).isZero();
        assertThat(held(CtHolder.ALL)).isEqualTo(10);
        assertThat(programs.entries("ct_overflow")).isZero();
    }

    @Test
    void a_masqueraded_connection_in_use_outlives_a_flood_to_the_outside() {
        String out = "eth(db, gateway)/ipv4(db, outside)/tcp(%%d, 443, flags=%s)";
        String in = "eth(router, a)/ipv4(outside, a)/tcp(443, %%d, flags=%s)";
        deliver("from_pod", "db", out.formatted("S"), 40000, 40049);
        deliver("from_net", "eth0", in.formatted("SA"), 40000, 40049);
        deliver("from_pod", "db", out.formatted("A"), 40000, 40049);
        assertThat(programs.entries("nat")).isEqualTo(50);
        deliver(
                "from_pod",
                "web",
                "eth(web, gateway)/ipv4(web, outside)/tcp(%d, 444, flags=S)",
                33000,
                33000 + 8 * TCP_ROOM);
        deliver("from_net", "eth0", in.formatted("A"), 40000, 40049);
        assertThat(programs.entries("nat")).isEqualTo(50);
        deliver("from_pod", "db", out.formatted("R"), 40000, 40049);
        assertThat(programs.entries("nat")).isZero();
        assertThat(held(CtHolder.NAT)).isZero();
        assertThat(held(8)).isZero();
    }

    @Test
    void the_agent_collects_what_ended_in_silence_and_the_room_is_free_again() {
        connect("web", "db", 1001, 1000 + TCP_ROOM);
        programs.expire("ct_answered");
        programs.expire("ct_overflow");
        Map<String, BpfMap> maps = new java.util.HashMap<>();
        for (String name : List.of("ct_answered", "ct_overflow", "ct_overflow_use", "ct_accounts", "nat")) {
            maps.put(name, programs.map(name));
        }
        new ConnectionSweep(maps, System::nanoTime).sweep();
        assertThat(programs.entries("ct_answered")).isZero();
        assertThat(held(7)).isZero();
        assertThat(held(CtHolder.ALL)).isZero();
        connect("web", "db", 301, 400);
        assertThat(programs.entries("ct_answered")).isEqualTo(100);
        assertThat(held(7)).isEqualTo(100);
    }
}
