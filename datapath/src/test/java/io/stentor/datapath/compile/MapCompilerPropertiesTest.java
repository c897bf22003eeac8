package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.datapath.compile.RandomSteps.Step;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.PersistentMap;
import io.stentor.model.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;

/// The law of the compiler: whatever it compiled before, it answers what a full compilation answers, and that is what
/// [PlainImages] says. What has numbers has the same ones where they are given, and otherwise others.
@Domain(RandomSteps.class)
@Domain(net.jqwik.api.domains.DomainContext.Global.class)
class MapCompilerPropertiesTest {
    private static final State EMPTY = State.awaiting(Set.of());

    /// Of the images the first ones have no numbers.
    private static final int UNNUMBERED = 4;

    /// The states after each step, the empty one first.
    private static List<State> chain(List<Step<?, ?>> steps) {
        List<State> states = new ArrayList<>(List.of(EMPTY));
        steps.forEach(step -> states.add(step.from(states.getLast())));
        return states;
    }

    private static void assertFull(MapCompiler compiler, MapSettings settings, State state) {
        List<MapImage<?, ?>> images = compiler.compile(state);
        Numbers numbers = compiler.numbers();
        assertThat(images).isEqualTo(new MapCompiler(settings, numbers).compile(state));
        assertThat(images).isEqualTo(new PlainImages(settings, state, numbers).all());
        assertEqualButNumbers(images, new MapCompiler(settings).compile(state));
    }

    private static void assertEqualButNumbers(List<MapImage<?, ?>> images, List<MapImage<?, ?>> others) {
        assertThat(images.subList(0, UNNUMBERED)).isEqualTo(others.subList(0, UNNUMBERED));
        assertThat(Unnumbered.of(images)).isEqualTo(Unnumbered.of(others));
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
        assertEqualButNumbers(backwards.compile(chain(once).getLast()), forwards.compile(state));
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
        assertThat(fresh.sync(new MapCompiler(settings, compiler.numbers()).compile(states.getLast())))
                .isEqualTo(followed.sync(compiler.compile(states.getLast())));
        assertThat(followed.content()).isEqualTo(fresh.content());
    }

    @Property(tries = 300)
    void numbers_are_kept_as_long_as_what_they_are_of_and_no_two_are_the_same(
            @ForAll MapSettings settings, @ForAll @Size(max = 40) List<Step<?, ?>> steps) {
        MapCompiler compiler = new MapCompiler(settings);
        Numbers before = Numbers.NONE;
        for (State state : chain(steps)) {
            compiler.compile(state);
            Numbers after = compiler.numbers();
            assertKept(before.services(), after.services());
            assertKept(before.backends(), after.backends());
            before = after;
        }
    }

    private static <T> void assertKept(PersistentMap<T, Integer> before, PersistentMap<T, Integer> after) {
        assertThat(after.values().toList()).doesNotHaveDuplicates().allMatch(number -> number > 0);
        after.forEach((thing, number) -> assertThat(before.containsKey(thing) ? before.get(thing) : number)
                .isEqualTo(number));
        Set<Integer> left = before.stream()
                .filter(entry -> !after.containsKey(entry.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.toSet());
        assertThat(after.values()).noneMatch(left::contains);
    }

    @Property(tries = 100)
    void an_agent_that_starts_again_changes_nothing_in_the_maps(
            @ForAll MapSettings settings, @ForAll @Size(max = 40) List<Step<?, ?>> steps) {
        MapCompiler compiler = new MapCompiler(settings);
        SyncedMaps maps = new SyncedMaps();
        List<State> states = chain(steps);
        states.forEach(state -> maps.sync(compiler.compile(state)));
        Numbers restored = Numbers.restored(maps.dump(Maps.BACKENDS), maps.dump(Maps.FRONTENDS));
        List<MapImage<?, ?>> images = new MapCompiler(settings, restored).compile(states.getLast());
        // A port that others have all addresses of has no number in the maps of frontends, and may get another.
        List<MapImage<?, ?>> held = compiler.compile(states.getLast());
        Set<Integer> known = Unnumbered.decoded(Maps.FRONTENDS, held).values().stream()
                .map(Frontend::service)
                .collect(Collectors.toSet());
        assertThat(images.get(UNNUMBERED)).isEqualTo(held.get(UNNUMBERED));
        assertThat(images.getLast()).isEqualTo(held.getLast());
        assertThat(lists(images, known)).isEqualTo(lists(held, known));
    }

    private static Map<SlotKey, Integer> lists(List<MapImage<?, ?>> images, Set<Integer> services) {
        Map<SlotKey, Integer> slots = Unnumbered.decoded(Maps.SLOTS, images);
        slots.keySet().removeIf(key -> !services.contains(key.list() / 2));
        return slots;
    }
}
