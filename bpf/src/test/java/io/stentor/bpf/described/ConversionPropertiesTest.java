package io.stentor.bpf.described;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// Any two layouts: what went there and came back is what it was, or was refused on the way.
class ConversionPropertiesTest {
    private static final List<String> NUMBERS = List.of("u8", "u16", "u32", "u64", "s8", "s32", "s64", "be16", "be64");
    private static final Kind X = new Kind.Nested("x");

    /// Fields a, b, c …, in any order, each of any width, and some that the other layout does not have.
    private static Description layout(Random random, String own) {
        List<String> names = new ArrayList<>(List.of("a", "b", "c", "d", own));
        java.util.Collections.shuffle(names, random);
        StringBuilder fields = new StringBuilder();
        int at = 0;
        for (String name : names) {
            String kind = NUMBERS.get(random.nextInt(NUMBERS.size()));
            fields.append(" %s@%d:%s".formatted(name, at, kind));
            at += Integer.parseInt(kind.replaceAll("\\D", "")) / 8;
        }
        return Description.parse("struct x " + at + fields + "\n");
    }

    private static byte[] random(Random random, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            // small numbers often, so that much fits
            bytes[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : 0);
        }
        return bytes;
    }

    @Property(tries = 2000)
    void there_and_back_is_the_same_or_nothing(@ForAll long seed) {
        Random random = new Random(seed);
        Description was = layout(random, "was");
        Description is = layout(random, "is");
        Conversion there = Conversion.between(was, X, is, X);
        Conversion back = Conversion.between(is, X, was, X);
        byte[] bytes = random(random, there.from());
        Optional<byte[]> made = there.apply(bytes);
        if (made.isPresent()) {
            Description.Field dropped = was.struct("x").fields().get("was");
            byte[] kept = bytes.clone();
            java.util.Arrays.fill(kept, dropped.offset(), dropped.offset() + was.size(dropped.kind()), (byte) 0);
            assertThat(back.apply(made.get())).hasValue(kept);
        }
    }
}
