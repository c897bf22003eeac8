package io.stentor.kube.connectivity;

import java.util.List;
import java.util.regex.Pattern;

/// Which cases are wanted, or not, by their names: `REGEX` or `!REGEX`, found anywhere in them.
public record Choice(Pattern pattern, boolean wanted) {

    /// @throws java.util.regex.PatternSyntaxException for what is none
    public static Choice parse(String text) {
        boolean wanted = !text.startsWith("!");
        return new Choice(Pattern.compile(wanted ? text : text.substring(1)), wanted);
    }

    /// Whether one wants the name, or none says what is wanted, and no other excludes it.
    static boolean takes(List<Choice> choices, String name) {
        return (choices.stream().noneMatch(Choice::wanted) || found(choices, true, name))
                && !found(choices, false, name);
    }

    private static boolean found(List<Choice> choices, boolean wanted, String name) {
        return choices.stream()
                .anyMatch(choice ->
                        choice.wanted == wanted && choice.pattern.matcher(name).find());
    }

    /// As it was written.
    @Override
    public String toString() {
        return (wanted ? "" : "!") + pattern;
    }
}
