package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.PersistentMap;
import io.stentor.model.Protocol;
import io.stentor.model.RemotePod;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTest {

    private static final Set<Source> CLUSTER =
            Set.of(Source.NODES, Source.OWN_NODE, Source.PODS, Source.SERVICES, Source.SLICES);

    private static final Node NODE = new Node(
            "b",
            List.of(new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of("192.0.2.2"))),
            List.of(Cidr.of("10.0.1.0/24"), Cidr.of("fd00::1:0/112")));
    private static final RemotePod POD = new RemotePod(IpAddress.of("fd00::1:7"), 5, IpAddress.of("192.0.2.2"));

    private static final Service SERVICE = new Service(
            new ServiceName("shop", "web"),
            "2026-01-01T00:00:00Z",
            List.of(new ServicePort("http", Protocol.TCP, 80, 30080), new ServicePort("", Protocol.SCTP, 132, 0)),
            new Service.Reach(
                    List.of(IpAddress.of("10.96.0.7"), IpAddress.of("fd00:96::7")),
                    List.of(IpAddress.of("198.51.100.7")),
                    List.of(IpAddress.of("203.0.113.9")),
                    new Service.AtNodes(Set.of(Family.IPV6), List.of(IpAddress.of("0.0.0.0"))),
                    new Service.Clients(List.of(Cidr.of("203.0.113.0/24"), Cidr.of("2001:db8::/32")), true)),
            new Service.Selection(TrafficPolicy.LOCAL, TrafficPolicy.CLUSTER, 60, 30999));
    private static final EndpointSlice SLICE = new EndpointSlice(
            new SliceName("shop", "web-x7"),
            new ServiceName("shop", "web"),
            List.of(new EndpointSlice.Port("http", Protocol.UDP, 8080), new EndpointSlice.Port("", Protocol.SCTP, 132)),
            List.of(
                    backend("10.0.1.5", true, false, false, new EndpointSlice.Place("b", List.of("z1", "z2"))),
                    backend("10.0.1.6", false, true, false, new EndpointSlice.Place("", List.of())),
                    backend("10.0.1.7", false, false, true, new EndpointSlice.Place("b", List.of()))));

    private static final OwnNode OWN = new OwnNode("b", "z1", OwnNode.NodePorts.ALL);

    @TempDir
    private Path directory;

    private static EndpointSlice.Backend backend(
            String address, boolean ready, boolean serving, boolean terminating, EndpointSlice.Place place) {
        return new EndpointSlice.Backend(IpAddress.of(address), ready, serving, terminating, place);
    }

    private static State synced(State state) {
        State next = state;
        for (Source source : CLUSTER) {
            next = next.withSynced(source);
        }
        return next;
    }

    private static Store store() {
        return new Store(State.awaiting(CLUSTER));
    }

    @Test
    void an_agent_begins_with_what_the_last_one_knew_and_waits_all_the_same() {
        Path file = directory.resolve("cluster.json");
        Store first = store();
        try (Snapshot _ = Snapshot.start(file, first)) {
            first.commit(state -> synced(state.with(Table.NODES, NODE)
                    .with(Table.PODS, POD)
                    .with(Table.SERVICES, SERVICE)
                    .with(Table.SLICES, SLICE)
                    .with(Table.OWN_NODE, OWN)));
        }
        Store second = store();
        try (Snapshot _ = Snapshot.start(file, second)) {
            assertThat(second.current().nodes()).isEqualTo(first.current().nodes());
            assertThat(second.current().pods()).isEqualTo(first.current().pods());
            assertThat(second.current().table(Table.OWN_NODE).values()).containsExactly(OWN);
            assertThat(second.current().table(Table.SERVICES).values()).containsExactly(SERVICE);
            assertThat(second.current().table(Table.SLICES).values()).containsExactly(SLICE);
            assertThat(second.current().awaited()).isEqualTo(CLUSTER);
        }
    }

    @Test
    void it_is_written_as_soon_as_there_is_something_to_write() throws Exception {
        Path file = directory.resolve("cluster.json");
        Store store = store();
        try (Snapshot _ = Snapshot.start(file, store)) {
            store.commit(state -> state.with(Table.NODES, NODE));
            long begin = System.nanoTime();
            store.commit(SnapshotTest::synced);
            ApiServer.await(() -> Files.exists(file));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(9));
        }
    }

    @Test
    void what_an_earlier_build_did_not_keep_is_not_missed() throws IOException {
        Path file = Files.writeString(directory.resolve("cluster.json"), """
                {"pods":[{"address":"fd00::1:7","identity":5,"node":"192.0.2.2"}]}""");
        Store store = store();
        try (Snapshot _ = Snapshot.start(file, store)) {
            assertThat(store.current().pods().values()).containsExactly(POD);
            assertThat(store.current().table(Table.SERVICES).isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"services\":[{}]}", "{\"slices\":[{\"backends\":[{\"address\":\"x\"}]}]}"})
    void a_file_that_makes_no_sense_is_not_used_in_parts(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("cluster.json"), text);
        Store store = store();
        try (Snapshot _ = Snapshot.start(file, store)) {
            assertThat(store.current().tables()).isEmpty();
        }
    }

    @Test
    void half_of_the_truth_is_not_kept_and_nonsense_is_not_taken() throws IOException {
        Path file = Files.writeString(directory.resolve("cluster.json"), "{\"nodes\":[{\"podCIDRs\":[\"x\"]}]}");
        Store store = store();
        try (Snapshot _ = Snapshot.start(file, store)) {
            store.commit(state -> state.with(Table.NODES, NODE).withSynced(Source.NODES));
        }
        assertThat(store.current().nodes().size()).isEqualTo(1);
        assertThat(file).content().contains("\"x\"");
    }

    @Test
    void the_first_list_replaces_what_was_known_before() throws Exception {
        Store store = store();
        store.commit(state -> state.with(Table.NODES, NODE)
                .with(Table.PODS, POD)
                .with(Table.SERVICES, SERVICE)
                .with(Table.SLICES, SLICE)
                .withSynced(Source.OWN_NODE));
        try (ApiServer server = new ApiServer();
                KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, ServiceSettings.USUAL, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(store.current().tables().values()).hasSize(4).allMatch(PersistentMap::isEmpty);
        }
    }
}
