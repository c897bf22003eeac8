package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.datapath.compile.RandomSteps.Step;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;

/// The law of the compiler: whatever it compiled before, it answers what a full compilation answers, and that is what
/// [PlainImages] says.
@Domain(RandomSteps.class)
@Domain(net.jqwik.api.domains.DomainContext.Global.class)
class MapCompilerPropertiesTest {
    private static final State EMPTY = State.awaiting(Set.of());

    /// The states after each step, the empty one first.
    private static List<State> chain(List<Step<?, ?>> steps) {
        List<State> states = new ArrayList<>(List.of(EMPTY));
        steps.forEach(step -> states.add(step.from(states.getLast())));
        return states;
    }

    private static void assertFull(MapCompiler compiler, MapSettings settings, State state) {
        List<MapImage<?, ?>> images = compiler.compile(state);
        assertThat(images).isEqualTo(new MapCompiler(settings).compile(state));
        assertThat(images).isEqualTo(new PlainImages(settings, state).all());
    }

    @Property(tries = 300)
    void each_step_leads_to_the_full_images_and_each_step_back_as_well(
            @ForAll MapSettings settings, @ForAll @Size(max = 40) List<Step<?, ?>> steps) {
        MapCompiler compiler = new MapCompiler(settings);
        List<State> states = chain(steps);
        states.forEach(state -> assertFull(compiler, settings, state));
        states.reversed().forEach(state -> assertFull(compiler, settings, state));
    }

    @Property(tries = 300)
    void steps_may_be_passed_over_in_any_number_and_direction(
            @ForAll MapSettings settings,
            @ForAll @Size(max = 40) List<Step<?, ?>> steps,
            @ForAll @Size(max = 10) List<Integer> visits) {
        MapCompiler compiler = new MapCompiler(settings);
        List<State> states = chain(steps);
        visits.forEach(at -> assertFull(compiler, settings, states.get(Math.floorMod(at, states.size()))));
        assertFull(compiler, settings, states.getLast());
    }

    @Property(tries = 300)
    void the_states_need_have_nothing_in_common(
            @ForAll MapSettings settings,
            @ForAll @Size(max = 40) List<Step<?, ?>> steps,
            @ForAll @Size(max = 40) List<Step<?, ?>> others) {
        MapCompiler compiler = new MapCompiler(settings);
        assertFull(compiler, settings, chain(steps).getLast());
        assertFull(compiler, settings, chain(others).getLast());
    }

    @Property(tries = 300)
    void rows_that_come_in_the_reverse_order_lead_to_the_same_images(
            @ForAll MapSettings settings, @ForAll @Size(max = 40) List<Step<?, ?>> steps) {
        Set<List<Object>> keys = new HashSet<>();
        List<Step<?, ?>> once = new ArrayList<>(steps);
        once.removeIf(step -> !keys.add(List.of(step.table(), step.key())));
        MapCompiler forwards = new MapCompiler(settings);
        MapCompiler backwards = new MapCompiler(settings);
        chain(once).forEach(forwards::compile);
        State state = chain(once).getLast();
        Collections.reverse(once);
        chain(once).forEach(backwards::compile);
        assertThat(backwards.compile(chain(once).getLast())).isEqualTo(forwards.compile(state));
    }

    @Property(tries = 100)
    void maps_that_followed_each_step_hold_what_maps_that_were_given_the_last_state_hold(
            @ForAll MapSettings settings, @ForAll @Size(max = 40) List<Step<?, ?>> steps) {
        MapCompiler compiler = new MapCompiler(settings);
        SyncedMaps followed = new SyncedMaps();
        List<State> states = chain(steps);
        states.forEach(state ->
                assertThat(followed.sync(compiler.compile(state)).problems()).isEmpty());
        SyncedMaps fresh = new SyncedMaps();
        assertThat(fresh.sync(new MapCompiler(settings).compile(states.getLast())))
                .isEqualTo(followed.sync(compiler.compile(states.getLast())));
        assertThat(followed.content()).isEqualTo(fresh.content());
    }
}
