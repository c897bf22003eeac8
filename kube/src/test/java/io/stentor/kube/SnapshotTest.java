package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {

    private static final Node NODE = new Node(
            "b",
            List.of(new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of("192.0.2.2"))),
            List.of(Cidr.of("10.0.1.0/24"), Cidr.of("fd00::1:0/112")));
    private static final RemotePod POD = new RemotePod(IpAddress.of("fd00::1:7"), 5, IpAddress.of("192.0.2.2"));

    @TempDir
    private Path directory;

    private static Store store() {
        return new Store(State.awaiting(Set.of(Source.NODES, Source.PODS)));
    }

    @Test
    void an_agent_begins_with_what_the_last_one_knew_and_waits_all_the_same() {
        Path file = directory.resolve("cluster.json");
        Store first = store();
        try (Snapshot _ = Snapshot.start(file, first)) {
            first.commit(state -> state.with(Table.NODES, NODE)
                    .with(Table.PODS, POD)
                    .withSynced(Source.NODES)
                    .withSynced(Source.PODS));
        }
        Store second = store();
        try (Snapshot _ = Snapshot.start(file, second)) {
            assertThat(second.current().nodes()).isEqualTo(first.current().nodes());
            assertThat(second.current().pods()).isEqualTo(first.current().pods());
            assertThat(second.current().synced()).isFalse();
        }
    }

    @Test
    void it_is_written_as_soon_as_there_is_something_to_write() throws Exception {
        Path file = directory.resolve("cluster.json");
        Store store = store();
        try (Snapshot _ = Snapshot.start(file, store)) {
            store.commit(state -> state.with(Table.NODES, NODE));
            long begin = System.nanoTime();
            store.commit(state -> state.withSynced(Source.NODES).withSynced(Source.PODS));
            ApiServer.await(() -> Files.exists(file));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(9));
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
        store.commit(state -> state.with(Table.NODES, NODE).with(Table.PODS, POD));
        try (ApiServer server = new ApiServer();
                KubeClient client = server.client();
                Sources _ = Sources.start(client, "a", _ -> true, store)) {
            ApiServer.await(() -> store.current().synced());
            assertThat(store.current().nodes().isEmpty()).isTrue();
            assertThat(store.current().pods().isEmpty()).isTrue();
        }
    }
}
