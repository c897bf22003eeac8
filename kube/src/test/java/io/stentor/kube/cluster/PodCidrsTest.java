package io.stentor.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kube.Pool;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PodCidrsTest {

    private static Pool pool(int maskSize, String... cidrs) {
        List<Cidr> ranges = Stream.of(cidrs).map(Cidr::of).toList();
        return new Pool(ranges.getFirst().family(), ranges, maskSize);
    }

    private static List<String> give(PodCidrs cidrs, String node) {
        PodCidrs.Allocation allocation = cidrs.allocate(node);
        return allocation.errors().isEmpty()
                ? allocation.cidrs().stream().map(Cidr::toString).toList()
                : allocation.errors();
    }

    @Test
    void nodes_get_blocks_of_each_family_in_order_and_keep_them() {
        PodCidrs cidrs = new PodCidrs(List.of(pool(24, "10.0.0.0/23", "10.9.0.0/24"), pool(64, "fd00::/48")));
        assertThat(give(cidrs, "a")).containsExactly("10.0.0.0/24", "fd00::/64");
        assertThat(give(cidrs, "b")).containsExactly("10.0.1.0/24", "fd00:0:0:1::/64");
        assertThat(give(cidrs, "c")).containsExactly("10.9.0.0/24", "fd00:0:0:2::/64");
        assertThat(give(cidrs, "a")).containsExactly("10.0.0.0/24", "fd00::/64");
        assertThat(give(cidrs, "d"))
                .containsExactly("no IPv4 /24 is left in the pool [10.0.0.0/23, 10.9.0.0/24]:"
                        + " add a range to cluster-pool-ipv4-cidr");
        cidrs.release("b");
        assertThat(give(cidrs, "d")).containsExactlyInAnyOrder("10.0.1.0/24", "fd00:0:0:3::/64");
    }

    @Test
    void what_a_node_has_is_respected_and_the_missing_family_is_added() {
        PodCidrs cidrs = new PodCidrs(List.of(pool(24, "10.0.0.0/16"), pool(120, "fd00::/104")));
        cidrs.has("old", List.of(Cidr.of("10.0.0.0/22")));
        assertThat(give(cidrs, "old")).containsExactly("10.0.0.0/22", "fd00::/120");
        assertThat(give(cidrs, "new")).containsExactly("10.0.4.0/24", "fd00::100/120");
        cidrs.has("foreign", List.of(Cidr.of("192.168.0.0/16")));
        assertThat(give(cidrs, "foreign")).first().isEqualTo("192.168.0.0/16");
    }

    @Test
    void a_pod_cidr_that_is_smaller_than_asked_stays_and_is_told() {
        PodCidrs cidrs = new PodCidrs(List.of(pool(24, "10.0.0.0/16")));
        cidrs.has("a", List.of(Cidr.of("10.0.0.0/28")));
        assertThat(give(cidrs, "a"))
                .containsExactly(
                        "10.0.0.0/28 is smaller than the /24 asked for: it stays until the CiliumNode is made anew");
        assertThat(give(cidrs, "b")).containsExactly("10.0.1.0/24");
    }

    @Test
    void an_overlap_is_told_of_the_later_node_and_ends_with_the_earlier() {
        PodCidrs cidrs = new PodCidrs(List.of(pool(24, "10.0.0.0/16")));
        cidrs.has("b", List.of(Cidr.of("10.0.0.0/22")));
        cidrs.has("a", List.of(Cidr.of("10.0.1.0/24")));
        assertThat(give(cidrs, "a")).containsExactly("10.0.1.0/24 overlaps 10.0.0.0/22 of node b");
        assertThat(give(cidrs, "b")).containsExactly("10.0.0.0/22");
        assertThat(give(cidrs, "c")).containsExactly("10.0.4.0/24");
        cidrs.release("b");
        assertThat(give(cidrs, "a")).containsExactly("10.0.1.0/24");
    }

    @Property(tries = 50)
    void no_two_nodes_ever_share_an_address_and_none_is_refused_while_there_is_room(@ForAll long seed) {
        Random random = new Random(seed);
        PodCidrs cidrs = new PodCidrs(List.of(pool(28, "10.0.0.0/24", "10.7.0.0/25")));
        Map<String, List<Cidr>> model = new HashMap<>();
        for (int step = 0; step < 200; step++) {
            String node = "n" + random.nextInt(30);
            if (random.nextInt(3) == 0) {
                cidrs.release(node);
                model.remove(node);
                continue;
            }
            PodCidrs.Allocation allocation = cidrs.allocate(node);
            boolean room = model.containsKey(node) || model.size() < 24;
            assertThat(allocation.errors().isEmpty()).isEqualTo(room);
            if (room) {
                model.put(node, allocation.cidrs());
            } else {
                cidrs.release(node);
            }
            List<Cidr> all = new ArrayList<>();
            model.values().forEach(all::addAll);
            assertThat(all).doesNotHaveDuplicates().allMatch(c -> c.prefix() == 28 && c.family() == Family.IPV4);
        }
    }
}
