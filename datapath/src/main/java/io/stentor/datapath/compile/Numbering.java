package io.stentor.datapath.compile;

import io.stentor.model.PersistentMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Numbers from 1 on, each of one thing as long as that is there. What goes leaves its number, which comes to another
/// only when all higher ones have been given: who still means the former by it shall not find the latter. Immutable.
///
/// @param <T> what has numbers
final class Numbering<T> {
    /// A service's number, twice and one more, has to fit 32 bits; for backends it is as good.
    static final int HIGHEST = Integer.MAX_VALUE;

    private final PersistentMap<T, Integer> numbers;

    /// Numbers in use, and by whom; without anybody, for whoever comes for them.
    private final PersistentMap<Integer, Optional<T>> holders;

    /// Given last.
    private final int last;

    private Numbering(PersistentMap<T, Integer> numbers, PersistentMap<Integer, Optional<T>> holders, int last) {
        this.numbers = numbers;
        this.holders = holders;
        this.last = last;
    }

    static <T> Numbering<T> none() {
        return new Numbering<>(PersistentMap.empty(), PersistentMap.empty(), 0);
    }

    /// @return null if it has none
    @Nullable
    Integer of(T thing) {
        return numbers.get(thing);
    }

    /// The thing with the next number; as it is, if it has one.
    Numbering<T> plus(T thing) {
        if (numbers.containsKey(thing)) {
            return this;
        }
        int next = last;
        do {
            next = next == HIGHEST ? 1 : next + 1;
        } while (holders.containsKey(next));
        return new Numbering<>(numbers.plus(thing, next), holders.plus(next, Optional.of(thing)), next);
    }

    /// The thing with this number, which nobody has.
    Numbering<T> plus(T thing, int number) {
        return new Numbering<>(
                numbers.plus(thing, number), holders.plus(number, Optional.of(thing)), Math.max(last, number));
    }

    /// With a number kept, for nobody yet.
    Numbering<T> kept(int number) {
        return holders.containsKey(number)
                ? this
                : new Numbering<>(numbers, holders.plus(number, Optional.empty()), Math.max(last, number));
    }

    /// Whether it is kept for somebody who has not come.
    boolean isKept(int number) {
        Optional<T> holder = holders.get(number);
        return holder != null && holder.isEmpty();
    }

    Numbering<T> minus(T thing) {
        Integer number = numbers.get(thing);
        return number == null ? this : new Numbering<>(numbers.minus(thing), holders.minus(number), last);
    }

    /// Of those that have numbers the ones that are there, and nothing kept.
    Numbering<T> only(Predicate<T> isThere) {
        Numbering<T> left = new Numbering<>(PersistentMap.empty(), PersistentMap.empty(), last);
        for (Map.Entry<T, Integer> entry : numbers) {
            left = isThere.test(entry.getKey()) ? left.plus(entry.getKey(), entry.getValue()) : left;
        }
        return left;
    }

    /// All that have numbers.
    PersistentMap<T, Integer> all() {
        return numbers;
    }
}
