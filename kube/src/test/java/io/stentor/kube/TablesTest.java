package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.IpAddress;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TablesTest {

    private static GenericKubernetesResource node(String name, int created, String address, String podCidr) {
        GenericKubernetesResource object = ApiServer.object("""
                apiVersion: cilium.io/v2
                kind: CiliumNode
                metadata: {name: %s}
                spec: {addresses: [{type: InternalIP, ip: %s}], ipam: {podCIDRs: [%s]}}
                """.formatted(name, address, podCidr));
        object.getMetadata().setCreationTimestamp("2026-01-01T00:00:%02dZ".formatted(created));
        return object;
    }

    private static GenericKubernetesResource pod(String name, int created, String address, String node) {
        GenericKubernetesResource object = ApiServer.object("""
                apiVersion: cilium.io/v2
                kind: CiliumEndpoint
                metadata: {name: %s, namespace: d}
                status: {identity: {id: 5}, networking: {addressing: [{ipv4: %s}], node: %s}}
                """.formatted(name, address, node));
        object.getMetadata().setCreationTimestamp("2026-01-01T00:00:%02dZ".formatted(created));
        return object;
    }

    /// Some objects of a cluster in which much is wrong: few addresses, claimed by many.
    private static List<GenericKubernetesResource> objects(Random random) {
        List<GenericKubernetesResource> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String address = "192.0.2." + random.nextInt(5);
            String cidr = "10.0." + random.nextInt(4) + ".0/" + (22 + random.nextInt(3));
            all.add(node("n" + i, random.nextInt(3), address, cidr));
        }
        for (int i = 0; i < 12; i++) {
            String address = random.nextInt(6) == 0 ? "192.0.2.1" : "10.0.0." + random.nextInt(6);
            all.add(pod("p" + i, random.nextInt(3), address, "192.0.2." + random.nextInt(5)));
        }
        return all;
    }

    /// The tables, with a step after each object or one for all of them.
    private static State play(List<GenericKubernetesResource> objects, boolean squashed) {
        NodeTable nodes = new NodeTable("n0", _ -> true);
        PodTable pods = new PodTable();
        State state = State.awaiting(Set.of(Source.NODES));
        for (int i = 0; i < objects.size(); i++) {
            GenericKubernetesResource object = objects.get(i);
            if (object.getKind().equals("CiliumNode")) {
                nodes.seen(object);
            } else {
                pods.seen(object);
            }
            if (!squashed || i == objects.size() - 1) {
                if (nodes.settle()) {
                    pods.nodesAre(
                            nodes.settled().values().stream()
                                    .map(Translated::rows)
                                    .toList(),
                            "n0");
                }
                state = pods.into(nodes.into(state));
                nodes.told();
                pods.told();
            }
        }
        return state;
    }

    @Property(tries = 200)
    void the_order_of_events_has_no_part_in_the_outcome(@ForAll long seed) {
        Random random = new Random(seed);
        List<GenericKubernetesResource> objects = objects(random);
        State expected = play(objects, false);
        List<GenericKubernetesResource> reversed = new ArrayList<>(objects.reversed());
        List<GenericKubernetesResource> shuffled = new ArrayList<>(objects);
        Collections.shuffle(shuffled, random);
        // What was there and went again leaves nothing behind either.
        shuffled.addAll(objects(random));
        shuffled.addAll(objects);
        for (State state : List.of(play(objects, true), play(reversed, false), play(shuffled, false))) {
            assertThat(state.nodes()).isEqualTo(expected.nodes());
            assertThat(state.pods()).isEqualTo(expected.pods());
            assertThat(state.problems()).isEqualTo(expected.problems());
        }
    }

    @Test
    void two_nodes_with_one_address_or_range_are_told_apart_by_age_and_the_own_one_comes_first() {
        State state = play(
                List.of(
                        node("n0", 9, "192.0.2.1", "10.0.0.0/24"),
                        node("n1", 1, "192.0.2.1", "10.0.0.0/16"),
                        node("n3", 3, "192.0.2.3", "10.3.0.0/24"),
                        node("n2", 4, "192.0.2.3", "10.3.0.0/24")),
                true);
        assertThat(state.nodes().get("n0").podCidrs()).hasSize(1);
        assertThat(state.nodes().get("n3").addresses()).hasSize(1);
        assertThat(state.problems())
                .extracting(Object::toString)
                .containsExactly(
                        "CiliumNode/n1 spec.addresses: 192.0.2.1 is an address of node n0 already and is left out here",
                        "CiliumNode/n1 spec.ipam.podCIDRs: 10.0.0.0/16 overlaps 10.0.0.0/24 of node n0 and is left out here",
                        "CiliumNode/n2 spec.addresses: 192.0.2.3 is an address of node n3 already and is left out here",
                        "CiliumNode/n2 spec.ipam.podCIDRs: 10.3.0.0/24 overlaps 10.3.0.0/24 of node n3 and is left out here");
    }

    @Test
    void an_address_belongs_to_the_youngest_pod_and_never_to_one_that_takes_a_nodes() {
        State state = play(
                List.of(
                        node("n0", 1, "192.0.2.1", "10.0.0.0/24"),
                        node("n1", 1, "192.0.2.2", "10.0.1.0/24"),
                        node("n2", 1, "192.0.2.3", "10.0.2.0/24"),
                        pod("local", 1, "10.0.0.5", "192.0.2.1"),
                        pod("old", 1, "10.0.1.5", "192.0.2.3"),
                        pod("young", 2, "10.0.1.5", "192.0.2.2"),
                        pod("thief", 3, "192.0.2.2", "192.0.2.3")),
                true);
        assertThat(state.pods().values())
                .containsExactly(new RemotePod(IpAddress.of("10.0.1.5"), 5, IpAddress.of("192.0.2.2")));
        assertThat(state.problems())
                .extracting(Object::toString)
                .containsExactly(
                        "CiliumEndpoint/d/old status.networking.addressing: 10.0.1.5 belongs to the younger d/young: left out",
                        "CiliumEndpoint/d/thief status.networking.addressing: 192.0.2.2 is an address of node n1: left out");
    }
}
