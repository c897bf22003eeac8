package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.agent.api.ServiceChanges.Action;
import io.stentor.model.EndpointSlice;
import io.stentor.model.ServiceName;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ServiceChangesTest {
    private static final long MILLISECOND = 1_000_000;
    private static final ServiceName WEB = new ServiceName("shop", "web");
    private static final SliceName SLICE = new SliceName("shop", "web-x7");

    private final ServiceChanges changes = new ServiceChanges();
    private final State empty = new SampleNode().populated().store.current();
    private final State shop = SampleShop.on(new SampleNode().populated()).store.current();

    private void pass(State state, long milliseconds) {
        changes.begin(state, 0);
        changes.written(state, milliseconds * MILLISECOND);
    }

    private ServiceChanges.Times times(Action action) {
        return Objects.requireNonNull(changes.times().get(action));
    }

    private long count(Action action) {
        return times(action).all();
    }

    @Test
    void each_service_counts_once_for_what_became_of_it() {
        pass(shop, 3);
        assertThat(count(Action.ADD)).isEqualTo(4);
        assertThat(count(Action.UPDATE)).isZero();

        pass(shop.without(Table.SLICES, SLICE), 3);
        assertThat(count(Action.UPDATE)).isEqualTo(1);

        pass(shop.without(Table.SLICES, SLICE).without(Table.SERVICES, WEB), 3);
        assertThat(count(Action.DELETE)).isEqualTo(1);
        assertThat(count(Action.UPDATE)).isEqualTo(1);
    }

    @Test
    void states_without_a_change_of_services_are_not_counted() {
        pass(empty, 3);
        pass(empty, 3);

        assertThat(changes.times().values()).allMatch(times -> times.all() == 0);
    }

    @Test
    void a_change_takes_until_it_is_written() {
        pass(shop, 3);

        assertThat(times(Action.ADD).counts().get(ServiceChanges.BOUNDS.indexOf(0.005)))
                .isEqualTo(4);
        assertThat(times(Action.ADD).seconds()).isBetween(0.0119, 0.0121);
    }

    @Test
    void what_was_not_written_goes_on_with_the_next_state() {
        changes.begin(shop, 0);
        State next = shop.without(Table.SERVICES, WEB);
        changes.begin(next, 50 * MILLISECOND);
        changes.written(next, 60 * MILLISECOND);

        assertThat(count(Action.ADD)).isEqualTo(3);
        assertThat(count(Action.DELETE)).isEqualTo(1);
        assertThat(times(Action.DELETE).seconds()).isBetween(0.059, 0.061);
    }

    @Test
    void what_takes_longer_than_all_bounds_is_counted_too() {
        pass(shop, 60_000);

        assertThat(times(Action.ADD).counts().getLast()).isEqualTo(4);
    }

    @Test
    void an_endpoint_that_is_about_to_end_counts_once() {
        pass(shop, 1);
        long before = changes.terminating();
        EndpointSlice slice = Objects.requireNonNull(shop.table(Table.SLICES).get(SLICE));

        assertThat(before).isEqualTo(2);
        pass(
                shop.with(
                        Table.SLICES,
                        new EndpointSlice(
                                SLICE, WEB, slice.ports(), slice.backends().subList(0, 3))),
                1);
        assertThat(changes.terminating()).isEqualTo(before);
        pass(shop.without(Table.SLICES, SLICE), 1);
        assertThat(changes.terminating()).isEqualTo(before);
    }
}
