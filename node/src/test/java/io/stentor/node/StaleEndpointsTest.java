package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.model.Addresses;
import io.stentor.model.Applied;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.PodName;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleEndpointsTest {
    private final FakeKernel kernel = new FakeKernel();
    private final Store store = new Store(State.awaiting(Set.of(Source.ENDPOINTS)));
    private final Set<String> gone = new HashSet<>();
    private final NodeSettings.Families families = new NodeSettings.Families(true, false);
    private final Allocations allocations = new Allocations(Optional::empty, families);
    private long now;

    @TempDir
    private Path directory;

    private StaleEndpoints stale;

    /// Endpoints 1 and 2, of the pods `d/p1` and `d/p2`, with their links.
    @BeforeEach
    void restored() throws IOException {
        EndpointFiles files = new EndpointFiles(directory);
        for (int id = 1; id <= 2; id++) {
            AttachmentKey key = new AttachmentKey("c" + id, "eth0");
            kernel.netlink().addLink(new LinkSpec.Veth(key.hostInterface(), List.of(), "peer" + id, List.of()));
            files.write(
                    new Endpoint(
                            id,
                            new Attachment("c" + id, "eth0", key.hostInterface(), 0, key.podMac()),
                            new PodName("d", "p" + id, "u" + id),
                            new Addresses(Optional.of(IpAddress.of("10.0.0." + id)), Optional.empty()),
                            5),
                    directory.resolve("ns" + id));
        }
        Endpoints endpoints = new Endpoints(
                kernel,
                files,
                allocations,
                new PodLinks(kernel, families),
                new Endpoints.Followed(store, new Applied(), Duration.ZERO));
        endpoints.restore();
        stale = new StaleEndpoints(endpoints, kernel, pod -> gone.contains(pod.toString()), () -> now);
    }

    private String left() {
        return store.current()
                .endpoints()
                .values()
                .map(endpoint -> endpoint.pod().toString())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private void deleteLink(String containerId) {
        String name = new AttachmentKey(containerId, "eth0").hostInterface();
        kernel.netlink().deleteLink(kernel.netlink().link(name).orElseThrow().index());
    }

    @Test
    void an_endpoint_whose_pod_and_link_are_gone_is_collected_at_once() throws CniError {
        deleteLink("c1");
        assertThat(stale.collect()).isZero();
        gone.add("d/p1");
        assertThat(stale.collect()).isEqualTo(1);
        assertThat(left()).isEqualTo("d/p2");
        assertThat(allocations.taken()).containsExactly(IpAddress.of("10.0.0.2"));
    }

    @Test
    void an_endpoint_whose_link_is_there_waits_for_its_del_but_not_for_ever() throws CniError {
        gone.add("d/p1");
        assertThat(stale.collect()).isZero();
        now = StaleEndpoints.GRACE.toNanos() - 1;
        assertThat(stale.collect()).isZero();
        now++;
        assertThat(stale.collect()).isEqualTo(1);
        assertThat(left()).isEqualTo("d/p2");
        assertThat(kernel.netlink().link(new AttachmentKey("c1", "eth0").hostInterface()))
                .isEmpty();
    }

    @Test
    void a_pod_that_is_there_again_has_never_been_gone() throws CniError {
        gone.add("d/p1");
        assertThat(stale.collect()).isZero();
        gone.clear();
        now = StaleEndpoints.GRACE.toNanos();
        assertThat(stale.collect()).isZero();
        gone.add("d/p1");
        assertThat(stale.collect()).isZero();
        assertThat(left()).isEqualTo("d/p1 d/p2");
    }
}
