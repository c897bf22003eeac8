package io.stentor.lab.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RolloutTest {

    private static ObjectNode set(int size, int available) {
        ObjectNode set = Json.object();
        set.putObject("spec").put("replicas", size);
        set.putObject("status").put("replicas", size).put("availableReplicas", available);
        return set;
    }

    private static ObjectNode deployment(int replicas, int surge, int unavailable, String type) {
        ObjectNode deployment = Json.object();
        ObjectNode spec = deployment.putObject("spec").put("replicas", replicas);
        ObjectNode strategy = spec.putObject("strategy").put("type", type);
        strategy.putObject("rollingUpdate").put("maxSurge", surge).put("maxUnavailable", unavailable);
        return deployment;
    }

    /// Steps are taken and pods become ready in any order, and some break again; whatever happens, the bounds hold at
    /// every step, and in the end the new set has all pods.
    @Property(tries = 500)
    void a_rolling_update_keeps_its_bounds_and_arrives(
            @ForAll @IntRange(min = 1, max = 8) int replicas,
            @ForAll @IntRange(max = 3) int surge,
            @ForAll @IntRange(max = 3) int unavailable,
            @ForAll long seed) {
        int missing = surge == 0 && unavailable == 0 ? 1 : unavailable;
        ObjectNode deployment = deployment(replicas, surge, unavailable, "RollingUpdate");
        ObjectNode current = set(0, 0);
        List<ObjectNode> old = new ArrayList<>(List.of(set(replicas, replicas)));
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            int before = available(old, current);
            for (Rollout.Step step : new Rollout(deployment, current, old, 0).steps()) {
                apply(step);
            }
            int all = size(current) + old.stream().mapToInt(RolloutTest::size).sum();
            assertThat(all).isLessThanOrEqualTo(replicas + surge);
            assertThat(available(old, current)).isGreaterThanOrEqualTo(Math.min(before, replicas - missing));
            if (size(current) > availableOf(current) && random.nextInt(3) > 0) {
                ((ObjectNode) current.get("status")).put("availableReplicas", availableOf(current) + 1);
            }
            if (round < 20 && availableOf(old.getFirst()) > 0 && random.nextInt(8) == 0) {
                ((ObjectNode) old.getFirst().get("status")).put("availableReplicas", availableOf(old.getFirst()) - 1);
            }
        }
        while (availableOf(current) < size(current)) {
            ((ObjectNode) current.get("status")).put("availableReplicas", size(current));
            new Rollout(deployment, current, old, 0).steps().forEach(RolloutTest::apply);
        }
        assertThat(size(current)).isEqualTo(replicas);
        assertThat(old).allSatisfy(set -> assertThat(size(set)).isZero());
    }

    @Property(tries = 50)
    void recreate_waits_until_the_old_pods_are_gone(@ForAll @IntRange(min = 1, max = 5) int replicas) {
        ObjectNode deployment = deployment(replicas, 0, 0, "Recreate");
        ObjectNode current = set(0, 0);
        ObjectNode old = set(replicas, replicas);
        List<Rollout.Step> first = new Rollout(deployment, current, List.of(old), replicas).steps();
        assertThat(first).containsExactly(new Rollout.Step(old, 0));
        ObjectNode emptied = set(0, 0);
        assertThat(new Rollout(deployment, current, List.of(emptied), 1).steps())
                .hasSize(1);
        assertThat(new Rollout(deployment, current, List.of(emptied), 0).steps())
                .contains(new Rollout.Step(current, replicas));
    }

    /// The set gets its size; those that lose pods lose unavailable ones first, and new pods are not available.
    private static void apply(Rollout.Step step) {
        ObjectNode set = step.set();
        ((ObjectNode) set.get("spec")).put("replicas", step.replicas());
        ObjectNode status = (ObjectNode) set.get("status");
        status.put("replicas", step.replicas());
        status.put("availableReplicas", Math.min(availableOf(set), step.replicas()));
    }

    private static int available(List<ObjectNode> old, ObjectNode current) {
        return availableOf(current)
                + old.stream().mapToInt(RolloutTest::availableOf).sum();
    }

    private static int size(ObjectNode set) {
        return set.at("/spec/replicas").asInt();
    }

    private static int availableOf(ObjectNode set) {
        return set.at("/status/availableReplicas").asInt();
    }
}
