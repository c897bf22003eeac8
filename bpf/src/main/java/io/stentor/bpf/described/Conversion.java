package io.stentor.bpf.described;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Bytes of one description's kind to those of another's. Fields match by name: one that is new is zero, one that is
/// gone is dropped, a number takes another width, sign or byte order, an enumerator another number. What has no room
/// in its new field makes the whole inconvertible: nothing is cut off.
public final class Conversion {
    private final int from;
    private final int to;
    private final Step step;

    /// Reads and writes at fixed places.
    private interface Step {
        /// @return false if there is no room for what was read
        boolean apply(byte[] from, byte[] to);
    }

    /// A kind at a place in bytes.
    private record Place(Description in, Kind kind, int at) {
        int size() {
            return in.size(kind);
        }

        Place field(Description.Field field) {
            return new Place(in, field.kind(), at + field.offset());
        }

        Place element(Kind.Array array, int index) {
            return new Place(in, array.element(), at + index * in.size(array.element()));
        }
    }

    private Conversion(int from, int to, Step step) {
        this.from = from;
        this.to = to;
        this.step = step;
    }

    /// @throws IllegalArgumentException with a sentence if a field cannot become what it is now
    public static Conversion between(Description was, Kind from, Description is, Kind to) {
        Place source = new Place(was, from, 0);
        Place target = new Place(is, to, 0);
        return new Conversion(source.size(), target.size(), step(source, target, "it"));
    }

    /// In bytes, of what is to be converted.
    public int from() {
        return from;
    }

    /// In bytes, of the result.
    public int to() {
        return to;
    }

    /// @return empty if a value has no room where it belongs now
    /// @throws IllegalArgumentException if there are not [#from] bytes
    public Optional<byte[]> apply(byte[] bytes) {
        if (bytes.length != from) {
            throw new IllegalArgumentException("there are " + bytes.length + " bytes, not " + from);
        }
        byte[] result = new byte[to];
        return step.apply(bytes, result) ? Optional.of(result) : Optional.empty();
    }

    private static Step step(Place from, Place to, String what) {
        return switch (to.kind()) {
            case Kind.Nested target when from.kind() instanceof Kind.Nested source -> fields(from, source, to, target);
            case Kind.Raw _ when from.kind() instanceof Kind.Raw -> bytes(from, to);
            case Kind.Array target
            when from.kind() instanceof Kind.Array source -> elements(from, source, to, target, what);
            case Kind.Code target when from.kind() instanceof Kind.Code source -> codes(from, source, to, target);
            case Kind.Whole _, Kind.Bool _, Kind.Code _ when WholeNumber.is(from.kind()) -> number(from, to, Map.of());
            default ->
                throw new IllegalArgumentException(what + " was " + from.kind().text() + " and is "
                        + to.kind().text());
        };
    }

    private static Step fields(Place from, Kind.Nested source, Place to, Kind.Nested target) {
        Map<String, Description.Field> before =
                from.in().struct(source.struct()).fields();
        List<Step> steps = new ArrayList<>();
        to.in().struct(target.struct()).fields().forEach((name, field) -> {
            Description.Field old = before.get(name);
            if (old != null) {
                steps.add(step(from.field(old), to.field(field), target.struct() + "." + name));
            }
        });
        return all(steps);
    }

    private static Step elements(Place from, Kind.Array source, Place to, Kind.Array target, String what) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < Math.min(source.count(), target.count()); i++) {
            steps.add(step(from.element(source, i), to.element(target, i), what));
        }
        if (source.count() > target.count()) {
            steps.add(empty(from.element(source, target.count()).at(), from.at() + from.size()));
        }
        return all(steps);
    }

    private static Step bytes(Place from, Place to) {
        int kept = Math.min(from.size(), to.size());
        Step copy = (in, out) -> {
            System.arraycopy(in, from.at(), out, to.at(), kept);
            return true;
        };
        return all(List.of(copy, empty(from.at() + kept, from.at() + from.size())));
    }

    /// What is not taken over has to be zero.
    private static Step empty(int begin, int end) {
        return (in, _) -> {
            for (int i = begin; i < end; i++) {
                if (in[i] != 0) {
                    return false;
                }
            }
            return true;
        };
    }

    /// By name; zero without a name is "none" in both.
    private static Step codes(Place from, Kind.Code source, Place to, Kind.Code target) {
        Map<String, Long> is = to.in().values(target.values());
        Map<Long, Optional<Long>> numbers = new HashMap<>();
        from.in()
                .values(source.values())
                .forEach((name, number) -> numbers.put(number, Optional.ofNullable(is.get(name))));
        numbers.putIfAbsent(0L, is.containsValue(0L) ? Optional.empty() : Optional.of(0L));
        return number(from, to, numbers);
    }

    /// @param numbers what each becomes; all stay what they are if there are none
    private static Step number(Place from, Place to, Map<Long, Optional<Long>> numbers) {
        WholeNumber source = WholeNumber.of(from.kind());
        WholeNumber target = WholeNumber.of(to.kind());
        return (in, out) -> {
            long read = source.read(in, from.at());
            Optional<Long> value = numbers.isEmpty() ? Optional.of(read) : numbers.getOrDefault(read, Optional.empty());
            if (value.isEmpty() || !target.holds(value.get(), source)) {
                return false;
            }
            target.write(value.get(), out, to.at());
            return true;
        };
    }

    private static Step all(List<Step> steps) {
        Step[] order = steps.toArray(Step[]::new);
        return (in, out) -> Arrays.stream(order).allMatch(step -> step.apply(in, out));
    }
}
