package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.AffinityEntry;
import io.stentor.bpf.generated.AffinityKey;
import io.stentor.bpf.generated.AffinityMember;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.CtClose;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtFlag;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.FragmentEntry;
import io.stentor.bpf.generated.FragmentKey;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.bpf.generated.Peer;
import io.stentor.bpf.generated.PeerKey;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.bpf.generated.SourceRangeKey;
import io.stentor.bpf.generated.Span;
import io.stentor.datapath.compile.Keys;
import io.stentor.flow.KernelClock;
import io.stentor.model.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class MapRowsTest {
    private static final KernelClock CLOCK = new KernelClock(1_000_000_000L, Instant.EPOCH);
    private static final long IN_NINE_SECONDS = 10_000_000_000L;

    private static Bytes16 ip(String text) {
        return Keys.bytes(IpAddress.of(text));
    }

    private static <K, V> String row(MapSpec<K, V> map, K key, V value) {
        return new MapRows(map, CLOCK)
                .entry(map.key().encode(key), map.value().encode(value))
                .toString();
    }

    @Test
    void a_connection_is_told_with_its_ends_and_what_became_of_it() {
        assertThat(row(
                        Maps.CT_ANSWERED,
                        new CtKey(ip("fd00::1"), ip("fd00::2"), 4312, 80, 6, Family.IPV6, 0),
                        new CtEntry(IN_NINE_SECONDS, 5, 0, CtClose.BY_PEER, 0, 7, CtFlag.ANSWERED, 3)))
                .isEqualTo("""
                        {"protocol":"TCP","low":"[fd00::1]:4312","high":"[fd00::2]:80","scope":0,\
                        "began":"low","identity":5,"endpoint":7,"flags":["answered","closed-by-peer"],\
                        "tcp":["FIN","SYN"],"natPort":0,"secondsLeft":9}""");
    }

    @Test
    void an_account_is_told_with_its_holder() {
        assertThat(row(Maps.CT_ACCOUNTS, 7, new CtAccount(2, 1)))
                .isEqualTo("{\"index\":7,\"holder\":\"endpoint 7\",\"tcp\":2,\"other\":1}");
        assertThat(row(Maps.CT_ACCOUNTS, CtHolder.ALL, CtAccount.ZERO)).contains("\"holder\":\"all\"");
    }

    @Test
    void a_masqueraded_connection_is_told_with_the_pod_behind_it() {
        assertThat(row(
                        Maps.NAT,
                        new NatKey(ip("203.0.113.7"), ip("192.168.7.11"), 443, 40000, 17, Family.IPV4),
                        new NatEntry(ip("10.0.1.5"), IN_NINE_SECONDS, 5353)))
                .isEqualTo("""
                        {"protocol":"UDP","local":"192.168.7.11:40000","remote":"203.0.113.7:443",\
                        "pod":"10.0.1.5:5353","secondsLeft":9}""");
    }

    @Test
    void a_datagram_in_fragments_is_told_with_what_was_seen_of_it() {
        FragmentEntry entry = new FragmentEntry(
                IN_NINE_SECONDS,
                53,
                4312,
                Collections.nCopies(
                        Maps.FRAGMENTS
                                .value()
                                .decode(new byte[FragmentEntry.SIZE])
                                .spans()
                                .size(),
                        new Span(0, 0)),
                185,
                200);
        assertThat(row(
                        Maps.FRAGMENTS,
                        new FragmentKey(
                                ip("10.0.1.5"), ip("10.0.2.9"), 7, 17, Family.IPV4, ObservationPoint.FROM_ENDPOINT),
                        entry))
                .isEqualTo("""
                        {"protocol":"UDP","source":"10.0.1.5","destination":"10.0.2.9","datagram":7,"point":"from-endpoint",\
                        "sourcePort":53,"destinationPort":4312,"seen":185,"units":200,"secondsLeft":9}""");
    }

    @Test
    void a_frontend_is_told_with_its_lists_and_who_may_use_it() {
        assertThat(row(
                        Maps.FRONTENDS,
                        new FrontendKey(ip("10.96.0.1"), 80, 6, Family.IPV4),
                        new Frontend(3, 6, 2, 7, 1, 60, FrontendFlag.OUTSIDE | FrontendFlag.LOCAL)))
                .isEqualTo("""
                        {"protocol":"TCP","frontend":"10.96.0.1:80","service":3,"inside":6,"insideBackends":2,\
                        "outside":7,"outsideBackends":1,"affinitySeconds":60,"flags":["outside","local"]}""");
        assertThat(row(
                        Maps.FRONTENDS,
                        new FrontendKey(Bytes16.ZERO, 30080, 17, Family.IPV6),
                        new Frontend(3, 6, 0, 6, 0, 0, FrontendFlag.RANGES | FrontendFlag.RANGES_DENY)))
                .startsWith("{\"protocol\":\"UDP\",\"frontend\":\"[::]:30080\",")
                .endsWith("\"flags\":[\"ranges\",\"ranges-deny\"]}");
    }

    @Test
    void lists_and_backends_are_told_by_their_numbers() {
        assertThat(row(Maps.SLOTS, new SlotKey(6, 1), 40)).isEqualTo("{\"list\":6,\"slot\":1,\"backend\":40}");
        assertThat(row(Maps.BACKENDS, 40, new Backend(ip("fd00:1::7"), 8080, 6, Family.IPV6)))
                .isEqualTo("{\"backend\":40,\"protocol\":\"TCP\",\"address\":\"[fd00:1::7]:8080\"}");
        assertThat(row(Maps.MEMBERS, new AffinityMember(6, 40), 1))
                .isEqualTo("{\"list\":6,\"backend\":40,\"value\":1}");
        assertThat(row(Maps.SOURCE_RANGES, new SourceRangeKey(96 + 24, 3, 4, ip("192.0.2.0")), 1))
                .isEqualTo("{\"service\":3,\"range\":\"192.0.2.0/24\",\"value\":1}");
    }

    @Test
    void a_client_that_keeps_its_backend_is_an_address_or_a_namespace() {
        AffinityEntry kept = new AffinityEntry(IN_NINE_SECONDS, 40);
        assertThat(row(Maps.AFFINITIES, new AffinityKey(ip("192.0.2.1"), 3, Family.IPV4, 0), kept))
                .isEqualTo("""
                        {"client":"192.0.2.1","family":"IPv4","service":3,"backend":40,"secondsLeft":9}""");
        Bytes16 cookie = Bytes16.of(ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(4711)
                .array());
        assertThat(row(Maps.AFFINITIES, new AffinityKey(cookie, 3, Family.IPV6, 1), kept))
                .startsWith("{\"namespace\":\"4711\",\"family\":\"IPv6\",");
    }

    @Test
    void a_socket_is_told_with_what_it_asked_for_and_what_it_got() {
        assertThat(row(
                        Maps.PEERS,
                        new PeerKey(99, ip("10.0.1.7"), 8080, Family.IPV4),
                        new Peer(ip("10.96.0.1"), 80, 3)))
                .isEqualTo(
                        "{\"socket\":\"99\",\"backend\":\"10.0.1.7:8080\",\"asked\":\"10.96.0.1:80\",\"service\":3}");
    }

    @Test
    void what_a_layout_cannot_say_is_shown_as_bytes() {
        MapRows rows = new MapRows(Maps.ADDRESSES, CLOCK);

        assertThat(rows.value(new byte[40]).toString()).isEqualTo("{\"bytes\":\"" + "00".repeat(40) + "\"}");
    }

    /// A new map is added here in words, or people get a record's own text.
    @Test
    void every_map_has_words_of_its_own() {
        for (MapSpec<?, ?> map : Maps.ALL) {
            if (map.shape().owner() != MapOwner.GENERATION) {
                MapRows rows = new MapRows(map, CLOCK);
                assertThat(rows.entry(bytes(map.key()), bytes(map.value())).toString())
                        .as(map.name())
                        .doesNotContain("=");
            }
        }
    }

    private static byte[] bytes(Codec<?> codec) {
        byte[] bytes = new byte[codec.size()];
        Arrays.fill(bytes, (byte) 4);
        return bytes;
    }
}
