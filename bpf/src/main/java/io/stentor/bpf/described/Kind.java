package io.stentor.bpf.described;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How the bytes of a field, a key or a value are meant.
public sealed interface Kind {
    /// @param bits 8, 16, 32 or 64
    record Whole(int bits, boolean signed, boolean bigEndian) implements Kind {}

    /// One byte, 0 or 1.
    record Bool() implements Kind {}

    /// A number that stands for a name of the enumeration `values`.
    record Code(String values, int bits) implements Kind {}

    record Nested(String struct) implements Kind {}

    record Raw(int size) implements Kind {}

    record Array(Kind element, int count) implements Kind {}

    /// Without spaces: `u32`, `be16`, `bool`, `enum/family/8`, `struct/ct_key`, `bytes16`, `struct/span[4]`.
    default String text() {
        return switch (this) {
            case Whole whole -> (whole.bigEndian() ? "be" : whole.signed() ? "s" : "u") + whole.bits();
            case Bool _ -> "bool";
            case Code code -> "enum/" + code.values() + "/" + code.bits();
            case Nested nested -> "struct/" + nested.struct();
            case Raw raw -> "bytes" + raw.size();
            case Array array -> array.element().text() + "[" + array.count() + "]";
        };
    }

    /// @throws IllegalArgumentException if [#text] writes no such thing
    static Kind parse(String text) {
        Matcher match = Syntax.KIND.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("no kind of field: '" + text + "'");
        }
        Kind element = Syntax.element(match);
        String count = match.group("count");
        return count == null ? element : new Array(element, Integer.parseInt(count));
    }

    /// What [#parse] understands.
    final class Syntax {
        private static final Pattern KIND = Pattern.compile("(?:(?<sign>u|s|be)(?<bits>8|16|32|64)|(?<bool>bool)"
                + "|enum/(?<values>\\w+)/(?<width>8|16|32|64)|struct/(?<struct>\\w+)|bytes(?<size>\\d{1,6}))"
                + "(?:\\[(?<count>\\d{1,6})])?");

        private Syntax() {}

        private static Kind element(Matcher match) {
            if (match.group("sign") != null) {
                String sign = match.group("sign");
                return new Whole(Integer.parseInt(match.group("bits")), sign.equals("s"), sign.equals("be"));
            }
            if (match.group("bool") != null) {
                return new Bool();
            }
            if (match.group("values") != null) {
                return new Code(match.group("values"), Integer.parseInt(match.group("width")));
            }
            String struct = match.group("struct");
            return struct != null ? new Nested(struct) : new Raw(Integer.parseInt(match.group("size")));
        }
    }
}
