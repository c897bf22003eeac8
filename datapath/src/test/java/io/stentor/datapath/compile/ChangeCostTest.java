package io.stentor.datapath.compile;

import static io.stentor.datapath.compile.LargeCluster.endpoint;
import static io.stentor.datapath.compile.LargeCluster.node;
import static io.stentor.datapath.compile.LargeCluster.pod;
import static io.stentor.datapath.compile.LargeCluster.service;
import static io.stentor.datapath.compile.LargeCluster.slice;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.stentor.bpf.MapSpec;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What one change costs, in subjects looked at, calls of the kernel and bytes allocated, is the same in a small
/// cluster and in one of 100,000 pods.
class ChangeCostTest {
    private final AtomicInteger subjects = new AtomicInteger();
    private final MapCompiler compiler = new MapCompiler(
            MapCompiler.families(LargeCluster.SETTINGS).stream()
                    .<MapFamily<?, ?, ?>>map(family -> new Counted<>(family))
                    .toList(),
            Numbers.NONE);
    private final SyncedMaps maps = new SyncedMaps();
    private State state = State.awaiting(java.util.Set.of());

    private final class Counted<S, K, V> implements MapFamily<S, K, V> {
        private final MapFamily<S, K, V> family;

        Counted(MapFamily<S, K, V> family) {
            this.family = family;
        }

        @Override
        public MapSpec<K, V> map() {
            return family.map();
        }

        @Override
        public Stream<S> always() {
            return family.always();
        }

        @Override
        public Stream<S> concerned(Change change) {
            return family.concerned(change);
        }

        /// Asked twice for each subject, with the facts before and after.
        @Override
        public Map<K, V> entries(S subject, Facts facts) {
            subjects.incrementAndGet();
            return family.entries(subject, facts);
        }
    }

    private void follow(State next) {
        state = next;
        assertThat(maps.sync(compiler.compile(state)).problems()).isEmpty();
    }

    /// @param looked how many subjects may be looked at
    /// @param calls  what is asked of the kernel for it
    private void costs(UnaryOperator<State> change, int looked, String... calls) {
        subjects.set(0);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        follow(change.apply(state));
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(maps.calls()).containsExactly(calls);
        assertThat(subjects.get()).isEqualTo(2 * looked);
        assertThat(bytes).isLessThan(120_000 + 25_000L * looked);
    }

    @ParameterizedTest
    @ValueSource(ints = {50, 5000})
    void one_change_costs_the_same_whatever_the_size(int nodes) {
        follow(LargeCluster.of(nodes));
        follow(state.with(Table.PODS, pod(1, 200, 5)).with(Table.ENDPOINTS, endpoint(1)));
        follow(state.without(Table.PODS, pod(1, 200, 5).address()));
        assertThat(maps.calls()).contains("updateBatch addresses " + (nodes * (LargeCluster.PODS_PER_NODE + 2) + 2));

        costs(s -> s, 0);
        costs(s -> s.with(Table.PODS, pod(7, 3, 6)), 1, "updateBatch addresses 1");
        costs(s -> s.with(Table.PODS, pod(7, 200, 6)), 1, "updateBatch addresses 1");
        costs(s -> s.without(Table.PODS, pod(7, 200, 6).address()), 1, "deleteBatch addresses 1");
        costs(
                s -> s.with(Table.ENDPOINTS, endpoint(2)),
                3,
                "updateBatch endpoints 1",
                "updateBatch addresses 1",
                "updateBatch local_pods 1");
        costs(
                s -> s.without(Table.ENDPOINTS, 2),
                3,
                "updateBatch local_pods 1",
                "deleteBatch addresses 1",
                "deleteBatch endpoints 1");
        costs(s -> s.with(Table.UNMASQUERADED, Cidr.of("203.0.113.0/24")), 1, "updateBatch ranges 1");
        // Its range, its two addresses of before and the new one and what pods have there, its pods, which now have no
        // tunnel.
        costs(
                s -> s.with(Table.NODES, node(7, nodes + 1)),
                1 + 2 * 3 + LargeCluster.PODS_PER_NODE,
                "updateBatch ranges 1",
                "updateBatch addresses 21",
                "updateBatch addresses 1",
                "deleteBatch addresses 1");
        costs(
                s -> s.without(Table.NODES, "node-8"),
                1 + 2 * 2 + LargeCluster.PODS_PER_NODE,
                "updateBatch addresses 20",
                "deleteBatch addresses 2",
                "deleteBatch ranges 1");
    }

    /// Looked at are, of a slice, the port's list in `slots` and in `members` and the service's frontends, and backends
    /// that come or go; of a service also its ranges.
    @ParameterizedTest
    @ValueSource(ints = {50, 5000})
    void one_change_of_a_service_costs_the_same_whatever_the_number_of_services(int nodes) {
        follow(LargeCluster.of(nodes));
        assertThat(maps.calls())
                .contains(
                        "updateBatch frontends " + nodes,
                        "updateBatch slots " + nodes * LargeCluster.PODS_PER_NODE,
                        "updateBatch backends " + nodes * LargeCluster.PODS_PER_NODE);
        int pods = LargeCluster.PODS_PER_NODE;
        // What is loaded and linked the first time counts for nobody.
        follow(state.with(Table.SLICES, slice(7, pods, pods)));
        follow(state.with(Table.SLICES, slice(7, pods)));
        maps.calls();

        costs(s -> s.with(Table.SLICES, slice(7, pods, pods)), 3, "updateBatch frontends 1", "deleteBatch slots 1");
        costs(s -> s.with(Table.SLICES, slice(7, pods)), 3, "updateBatch slots 1", "updateBatch frontends 1");
        costs(
                s -> s.with(Table.SLICES, slice(7, pods + 1)),
                4,
                "updateBatch backends 1",
                "updateBatch slots 1",
                "updateBatch frontends 1");
        costs(
                s -> s.with(Table.SLICES, slice(7, pods)),
                4,
                "updateBatch frontends 1",
                "deleteBatch slots 1",
                "deleteBatch backends 1");
        costs(s -> s.with(Table.SERVICES, service(7, IpAddress.of("203.0.113.1"))), 5, "updateBatch frontends 1");
        // They claim the same address: nothing changes but that there is a problem.
        costs(s -> s.with(Table.SERVICES, service(8, IpAddress.of("203.0.113.1"))), 5);
        assertThat(compiler.problems()).singleElement().returns("Service/default/web-8", Problem::object);
        costs(
                s -> s.without(Table.SERVICES, service(9).name()),
                4 + pods,
                "deleteBatch frontends 1",
                "deleteBatch slots " + pods,
                "deleteBatch backends " + pods);
    }
}
