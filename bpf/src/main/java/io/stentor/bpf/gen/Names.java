package io.stentor.bpf.gen;

import java.util.Locale;
import java.util.Set;

/// C's names as Java writes them.
final class Names {
    private static final Set<String> TAKEN =
            Set.of(("encode decode hashCode toString clone finalize notify notifyAll wait getClass at to from "
                            + "abstract assert boolean break byte case catch char class const continue default do double else "
                            + "enum extends final finally float for goto if implements import instanceof int interface long "
                            + "native new package private protected public return short static strictfp super switch "
                            + "synchronized this throw throws transient try void volatile while true false null _")
                    .split(" "));

    private Names() {}

    /// `ct_key` to `CtKey`.
    static String type(String c) {
        StringBuilder java = new StringBuilder();
        for (String word : c.split("_", -1)) {
            java.append(capital(word));
        }
        return java.toString();
    }

    /// `source_port` to `sourcePort`.
    static String field(String c) {
        String type = type(c);
        String java = type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
        return TAKEN.contains(java) ? java + "_" : java;
    }

    /// `source_port` to `SOURCE_PORT`.
    static String constant(String c) {
        return c.toUpperCase(Locale.ROOT);
    }

    /// `DROP_NO_ROUTE` to `NO_ROUTE`: the first word says what the enumeration's own name says.
    static String value(String c) {
        String rest = c.substring(c.indexOf('_') + 1);
        return constant(Character.isDigit(rest.charAt(0)) ? "_" + rest : rest);
    }

    /// First letter large.
    static String capital(String word) {
        return word.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
