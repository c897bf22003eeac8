package io.stentor.kube;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A selector of labels as people write it in one line: `a, !b, c=d, e!=f, g in (h, i), j notin (k), l > 3`. All that
/// stands in it has to hold. What excludes values holds where there is no such label.
final class LabelSelector implements Predicate<Map<String, String>> {

    private static final String NAME = "[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?";
    private static final String KEY = "(?:" + NAME + "/)?" + NAME;
    private static final String VALUE = "(?:" + NAME + ")?";

    /// Commas part what has to hold, but for those between brackets.
    private static final Pattern PARTS = Pattern.compile(",(?![^(]*\\))");

    private static final Pattern PRESENT = Pattern.compile("(!?)\\s*(" + KEY + ")");
    private static final Pattern EQUAL = Pattern.compile("(" + KEY + ")\\s*(==|=|!=)\\s*(" + VALUE + ")");
    private static final Pattern AMONG =
            Pattern.compile("(" + KEY + ")\\s+(in|notin)\\s*\\(\\s*(" + VALUE + "(?:\\s*,\\s*" + VALUE + ")*)\\s*\\)");
    private static final Pattern ORDERED = Pattern.compile("(" + KEY + ")\\s*([<>])\\s*(-?[0-9]{1,18})");

    private final List<Predicate<Map<String, String>>> requirements;

    private LabelSelector(List<Predicate<Map<String, String>>> requirements) {
        this.requirements = List.copyOf(requirements);
    }

    /// @return nothing if it is not a selector; that of the empty text selects all
    static Optional<LabelSelector> parse(String text) {
        List<Predicate<Map<String, String>>> requirements = new ArrayList<>();
        for (String part : text.isBlank() ? new String[0] : PARTS.split(text, -1)) {
            Optional<Predicate<Map<String, String>>> requirement = requirement(part.strip());
            if (requirement.isEmpty()) {
                return Optional.empty();
            }
            requirements.add(requirement.get());
        }
        return Optional.of(new LabelSelector(requirements));
    }

    private static Optional<Predicate<Map<String, String>>> requirement(String part) {
        Matcher among = AMONG.matcher(part);
        if (among.matches()) {
            Set<String> values = Arrays.stream(among.group(3).split(",", -1))
                    .map(String::strip)
                    .collect(Collectors.toSet());
            boolean in = among.group(2).equals("in");
            return Optional.of(labels -> in == isOneOf(values, labels.get(among.group(1))));
        }
        Matcher equal = EQUAL.matcher(part);
        if (equal.matches()) {
            boolean same = !equal.group(2).equals("!=");
            return Optional.of(labels -> same == equal.group(3).equals(labels.get(equal.group(1))));
        }
        Matcher ordered = ORDERED.matcher(part);
        if (ordered.matches()) {
            long bound = Long.parseLong(ordered.group(3));
            int sign = ordered.group(2).equals(">") ? 1 : -1;
            return Optional.of(labels -> isBeyond(bound, sign, labels.get(ordered.group(1))));
        }
        Matcher present = PRESENT.matcher(part);
        return present.matches()
                ? Optional.of(labels -> present.group(1).isEmpty() == labels.containsKey(present.group(2)))
                : Optional.empty();
    }

    private static boolean isOneOf(Set<String> values, @org.jspecify.annotations.Nullable String value) {
        return value != null && values.contains(value);
    }

    private static boolean isBeyond(long bound, int sign, @org.jspecify.annotations.Nullable String value) {
        return value != null
                && value.matches("-?[0-9]{1,18}")
                && Integer.signum(Long.compare(Long.parseLong(value), bound)) == sign;
    }

    @Override
    public boolean test(Map<String, String> labels) {
        return requirements.stream().allMatch(requirement -> requirement.test(labels));
    }
}
