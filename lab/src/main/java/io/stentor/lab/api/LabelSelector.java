package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A condition on labels, from kubectl's notation or from a `LabelSelector` object.
public final class LabelSelector {

    private final List<Requirement> requirements;

    private LabelSelector(List<Requirement> requirements) {
        this.requirements = List.copyOf(requirements);
    }

    private enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        ABSENT,
        GREATER,
        LESS
    }

    private record Requirement(String key, Operator operator, Set<String> values) {

        boolean matches(JsonNode labels) {
            JsonNode value = labels.path(key);
            boolean there = !value.isMissingNode() && !value.isNull();
            return switch (operator) {
                case IN -> there && values.contains(value.asText());
                case NOT_IN -> !there || !values.contains(value.asText());
                case EXISTS -> there;
                case ABSENT -> !there;
                case GREATER -> there && compare(value.asText()) > 0;
                case LESS -> there && compare(value.asText()) < 0;
            };
        }

        private int compare(String value) {
            try {
                return Long.compare(
                        Long.parseLong(value), Long.parseLong(values.iterator().next()));
            } catch (NumberFormatException noNumber) {
                return 0;
            }
        }

        @Override
        public String toString() {
            String list = String.join(",", values);
            return switch (operator) {
                case IN -> values.size() == 1 ? key + "=" + list : key + " in (" + list + ")";
                case NOT_IN -> values.size() == 1 ? key + "!=" + list : key + " notin (" + list + ")";
                case EXISTS -> key;
                case ABSENT -> "!" + key;
                case GREATER -> key + ">" + list;
                case LESS -> key + "<" + list;
            };
        }
    }

    /// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`; "" matches all.
    ///
    /// @throws ApiException 400 with the place of the mistake
    public static LabelSelector parse(String text) {
        List<Requirement> all = new ArrayList<>();
        Scanner scanner = new Scanner(text);
        while (!scanner.atEnd()) {
            all.add(scanner.requirement());
        }
        return new LabelSelector(all);
    }

    /// Reads `matchLabels` and `matchExpressions`; an absent selector matches nothing, an empty one all.
    public static LabelSelector of(JsonNode selector) {
        List<Requirement> all = new ArrayList<>();
        if (!selector.isObject()) {
            all.add(new Requirement("", Operator.IN, Set.of()));
        }
        selector.path("matchLabels")
                .properties()
                .forEach(e -> all.add(new Requirement(
                        e.getKey(), Operator.IN, Set.of(e.getValue().asText()))));
        for (JsonNode expression : selector.path("matchExpressions")) {
            all.add(requirement(expression));
        }
        return new LabelSelector(all);
    }

    /// As [#of] for a plain map of labels, as Services have; an empty one matches nothing.
    public static LabelSelector ofMap(JsonNode labels) {
        List<Requirement> all = new ArrayList<>();
        labels.properties()
                .forEach(e -> all.add(new Requirement(
                        e.getKey(), Operator.IN, Set.of(e.getValue().asText()))));
        if (all.isEmpty()) {
            all.add(new Requirement("", Operator.IN, Set.of()));
        }
        return new LabelSelector(all);
    }

    /// As [#of] for the `matchExpressions` of a node selector term, which know `Gt` and `Lt` too.
    public static LabelSelector ofExpressions(JsonNode expressions) {
        List<Requirement> all = new ArrayList<>();
        for (JsonNode expression : expressions) {
            all.add(requirement(expression));
        }
        return new LabelSelector(all);
    }

    private static Requirement requirement(JsonNode expression) {
        Set<String> values = new TreeSet<>();
        expression.path("values").forEach(v -> values.add(v.asText()));
        Operator operator = switch (expression.path("operator").asText()) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.ABSENT;
            case "Gt" -> Operator.GREATER;
            case "Lt" -> Operator.LESS;
            default ->
                throw ApiException.badRequest(
                        "\"" + expression.path("operator").asText() + "\" is not a valid label selector operator");
        };
        return new Requirement(expression.path("key").asText(), operator, values);
    }

    /// @param labels an object's `metadata.labels`
    public boolean matches(JsonNode labels) {
        return requirements.stream().allMatch(r -> r.matches(labels));
    }

    /// As kubectl's `-l` takes it.
    @Override
    public String toString() {
        return String.join(",", requirements.stream().map(Requirement::toString).toList());
    }

    /// Walks through the notation.
    private static final class Scanner {

        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        boolean atEnd() {
            spaces();
            return at >= text.length();
        }

        Requirement requirement() {
            boolean negated = take("!");
            String key = word();
            if (key.isEmpty()) {
                throw mistake("a label's key is missing");
            }
            Requirement requirement;
            if (negated) {
                requirement = new Requirement(key, Operator.ABSENT, Set.of());
            } else if (take("==") || take("=")) {
                requirement = new Requirement(key, Operator.IN, Set.of(word()));
            } else if (take("!=")) {
                requirement = new Requirement(key, Operator.NOT_IN, Set.of(word()));
            } else if (take(">")) {
                requirement = new Requirement(key, Operator.GREATER, Set.of(word()));
            } else if (take("<")) {
                requirement = new Requirement(key, Operator.LESS, Set.of(word()));
            } else {
                requirement = setRequirement(key);
            }
            if (!atEnd() && !take(",")) {
                throw mistake("a comma is missing");
            }
            return requirement;
        }

        private Requirement setRequirement(String key) {
            String operator = word();
            return switch (operator) {
                case "" -> new Requirement(key, Operator.EXISTS, Set.of());
                case "in" -> new Requirement(key, Operator.IN, values());
                case "notin" -> new Requirement(key, Operator.NOT_IN, values());
                default -> throw mistake("\"" + operator + "\" is no operator");
            };
        }

        private Set<String> values() {
            if (!take("(")) {
                throw mistake("\"(\" is missing");
            }
            Set<String> values = new TreeSet<>();
            do {
                values.add(word());
            } while (take(","));
            if (!take(")")) {
                throw mistake("\")\" is missing");
            }
            return values;
        }

        private String word() {
            spaces();
            int start = at;
            while (at < text.length()
                    && (Character.isLetterOrDigit(text.charAt(at)) || "-_./".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            return text.substring(start, at);
        }

        private boolean take(String token) {
            spaces();
            if (!text.startsWith(token, at)) {
                return false;
            }
            at += token.length();
            return true;
        }

        private void spaces() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }

        private ApiException mistake(String what) {
            return ApiException.badRequest(
                    "unable to parse the label selector \"" + text + "\": " + what + " at position " + at);
        }
    }
}
