package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class PlainTableTest {

    /// Services that come, change and go, some of them wrong.
    private static State play(Random random, int events, boolean squashed) {
        ServiceTable table = new ServiceTable(ServiceSettings.USUAL);
        State state = State.awaiting(Set.of(Source.SERVICES, Source.SLICES));
        for (int i = 0; i < events; i++) {
            String address = random.nextInt(4) == 0 ? "nonsense" : "10.96.0." + random.nextInt(1, 9);
            GenericKubernetesResource object = ServiceSourcesTest.service("s" + random.nextInt(4), "app: web", address);
            if (random.nextInt(3) == 0) {
                table.gone(object);
            } else {
                table.seen(object);
            }
            if (!squashed || i == events - 1) {
                state = table.into(state);
                table.told();
            }
        }
        return state;
    }

    @Property(tries = 100)
    void steps_told_together_come_to_the_same_as_those_told_one_by_one(@ForAll long seed) {
        State one = play(new Random(seed), 12, false);
        State together = play(new Random(seed), 12, true);
        assertThat(together.table(Table.SERVICES)).isEqualTo(one.table(Table.SERVICES));
        assertThat(together.problems()).isEqualTo(one.problems());
    }
}
