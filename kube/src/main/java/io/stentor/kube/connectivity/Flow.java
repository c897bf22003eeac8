package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Task.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Traffic that goes on while something happens, and tells four times a second how it is.
///
/// @param id   by which it tells
/// @param kind `echo`, `udp`, `stream` (one connection) or `connect` (one after the other)
/// @param to   whom
/// @param from name of the pod, for people
record Flow(String id, String kind, Target to, String from) {

    /// Between two packets, and between two connections.
    private static final String OFTEN = " every=20";

    private static final String SELDOM = " every=100";

    /// What the probe is told.
    String text() {
        return String.join(" ", id, kind, to.address().toString(), Integer.toString(to.port()))
                + (kind.equals("connect") ? SELDOM : OFTEN);
    }

    /// What the probe is told of all that one pod has.
    static List<String> arguments(List<Flow> flows) {
        List<String> arguments = new ArrayList<>(List.of("flow"));
        flows.forEach(flow -> arguments.add(flow.text()));
        return arguments;
    }

    /// How a flow is.
    ///
    /// @param sent     packets, or connections tried
    /// @param answered of these
    /// @param lost     unanswered for two seconds, and still so
    /// @param broken   connections that ended, or were not made
    /// @param gap      longest time without an answer, in milliseconds
    /// @param silent   time since the last answer, in milliseconds
    record State(int sent, int answered, int lost, int broken, int gap, int silent) {}

    /// The last that each has told in a log, by its id.
    static Map<String, State> states(String log) {
        Map<String, State> states = new HashMap<>();
        for (String line : log.lines().toList()) {
            int blank = line.indexOf(' ');
            if (blank < 1) {
                continue;
            }
            Answer told = Answer.parse(line.substring(blank));
            if (told.outcome().equals("flow")) {
                states.put(
                        line.substring(0, blank),
                        new State(
                                told.number("sent"),
                                told.number("answered"),
                                told.number("lost"),
                                told.number("broken"),
                                told.number("gap"),
                                told.number("silent")));
            }
        }
        return states;
    }

    /// What is wrong with a flow that should have lost nothing.
    Optional<String> loss(State state) {
        if (state.lost == 0 && state.broken == 0) {
            return Optional.empty();
        }
        return Optional.of(describe() + ": " + state.lost + " of " + state.sent + " lost, " + state.broken
                + " connections broken, longest without an answer " + state.gap + " ms");
    }

    String describe() {
        return from + " -> " + to + " " + kind;
    }
}
