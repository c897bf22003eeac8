package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a configuration value may be.
sealed interface ValueType {

    /// What is wrong with the value, as the end of a sentence that starts with the value in quotes; empty when it is
    /// fine.
    Optional<String> fault(String value);

    /// Whether two values that are fine mean the same.
    default boolean same(String one, String other) {
        return one.equals(other);
    }

    /// As the help text shows it.
    String placeholder();

    record Bool() implements ValueType {
        @Override
        public Optional<String> fault(String value) {
            return ValueType.unless(value.equals("true") || value.equals("false"), "is neither true nor false");
        }

        @Override
        public String placeholder() {
            return "BOOL";
        }
    }

    record Int(long low, long high) implements ValueType {
        @Override
        public Optional<String> fault(String value) {
            boolean number = value.matches("0|-?[1-9][0-9]{0,17}");
            return ValueType.unless(
                    number && Long.parseLong(value) >= low && Long.parseLong(value) <= high,
                    "is not a number from " + low + " to " + high);
        }

        @Override
        public String placeholder() {
            return "NUMBER";
        }
    }

    /// As Go writes them: `1h2m3.5s`, `100ms`, `0`.
    record Span() implements ValueType {
        private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|ms|s|m|h)");

        @Override
        public Optional<String> fault(String value) {
            return ValueType.unless(parse(value).isPresent(), "is not a duration such as 15s, 5m or 100ms");
        }

        @Override
        public boolean same(String one, String other) {
            return parse(one).equals(parse(other));
        }

        static Optional<Duration> parse(String value) {
            if (value.equals("0")) {
                return Optional.of(Duration.ZERO);
            }
            Matcher part = PART.matcher(value);
            Duration sum = Duration.ZERO;
            int end = 0;
            while (part.find() && part.start() == end && value.length() < 30) {
                double unit = nanos(part.group(2));
                sum = sum.plusNanos(Math.round(Double.parseDouble(part.group(1)) * unit));
                end = part.end();
            }
            return end > 0 && end == value.length() ? Optional.of(sum) : Optional.empty();
        }

        private static double nanos(String unit) {
            return switch (unit) {
                case "ns" -> 1;
                case "us" -> 1e3;
                case "ms" -> 1e6;
                case "s" -> 1e9;
                case "m" -> 60e9;
                default -> 3600e9;
            };
        }

        @Override
        public String placeholder() {
            return "DURATION";
        }
    }

    /// One of some words; nothing means the default.
    record Word(List<String> words) implements ValueType {
        @Override
        public Optional<String> fault(String value) {
            return ValueType.unless(value.isEmpty() || words.contains(value), "is none of " + String.join(", ", words));
        }

        @Override
        public boolean same(String one, String other) {
            return one.isEmpty() || other.isEmpty() || one.equals(other);
        }

        @Override
        public String placeholder() {
            return String.join("|", words);
        }
    }

    /// CIDRs of one family.
    ///
    /// @param many a list of them
    record Range(Family family, boolean many) implements ValueType {
        @Override
        public Optional<String> fault(String value) {
            List<String> items = many ? Text.split(value) : value.isEmpty() ? List.of() : List.of(value);
            for (String item : items) {
                if (Cidr.parse(item).filter(c -> c.family() == family).isEmpty()) {
                    String version = family == Family.IPV4 ? "an IPv4 CIDR" : "an IPv6 CIDR";
                    boolean whole = item.equals(value);
                    return Optional.of(whole ? "is not " + version : "has '" + item + "', which is not " + version);
                }
            }
            return ValueType.unless(!many || !items.isEmpty(), "has no CIDR");
        }

        @Override
        public String placeholder() {
            return many ? "CIDR…" : "CIDR";
        }
    }

    /// What needs no more than a pattern.
    record Text(String placeholder, Pattern pattern, String expected) implements ValueType {
        @Override
        public Optional<String> fault(String value) {
            return ValueType.unless(pattern.matcher(value).matches(), "is not " + expected);
        }

        @Override
        public boolean same(String one, String other) {
            return split(one).equals(split(other));
        }

        /// The items of a list.
        static List<String> split(String value) {
            return Arrays.stream(value.trim().split("[\\s,]+", -1))
                    .filter(item -> !item.isEmpty())
                    .toList();
        }
    }

    private static Optional<String> unless(boolean fine, String fault) {
        return fine ? Optional.empty() : Optional.of(fault);
    }

    /// Reads the type column of `keys.txt`.
    static ValueType of(String column) {
        if (column.startsWith("int ")) {
            String[] bounds = column.substring(4).split("\\.\\.", -1);
            return new Int(Long.parseLong(bounds[0]), Long.parseLong(bounds[1]));
        }
        return switch (column) {
            case "bool" -> new Bool();
            case "duration" -> new Span();
            case "cidr4" -> new Range(Family.IPV4, false);
            case "cidr6" -> new Range(Family.IPV6, false);
            case "cidrs4" -> new Range(Family.IPV4, true);
            case "cidrs6" -> new Range(Family.IPV6, true);
            case "text" -> text("TEXT", "[^\\n]*", "one line of text");
            case "list" -> text("ITEM…", "[^\\n]*", "a list on one line");
            case "name" -> text("NAME", "|[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", "a name of a Kubernetes object");
            case "path" -> text("PATH", "|/[^\\n\\x00]*", "an absolute path");
            case "labels" ->
                text("KEY=VALUE,…", "([-a-zA-Z0-9_./]+=[-a-zA-Z0-9_.]*(,|$))*", "a list of labels key=value");
            case "log" ->
                text(
                        "format=F,level=L",
                        "((format=(text|text-ts|json|json-ts)|level=(debug|info|warning|warn|error))([\\s,]+|$))*",
                        "a list of format=text, format=json, level=debug, level=info, level=warning, level=error");
            case "listen" ->
                text(
                        "[ADDRESS]:PORT",
                        "|(localhost|[0-9.]{7,15}|\\[[0-9a-fA-F:.]+\\])?:[0-9]{1,5}",
                        "an address to listen on such as :9962 or 127.0.0.1:9962");
            default -> new Word(Text.split(column));
        };
    }

    private static Text text(String placeholder, String pattern, String expected) {
        return new Text(placeholder, Pattern.compile(pattern), expected);
    }
}
