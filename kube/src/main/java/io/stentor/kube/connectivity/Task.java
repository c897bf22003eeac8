package io.stentor.kube.connectivity;

import io.stentor.model.IpAddress;
import java.util.List;

/// One question of one client.
///
/// @param from     who asks
/// @param verb     what is done, in the probe's words
/// @param to       whom
/// @param words    more about it: `KEY=VALUE`
/// @param expected what has to come of it
record Task(Place from, String verb, Target to, List<String> words, Expectation expected) {

    /// Whom a task is for.
    ///
    /// @param name for people
    record Target(String name, IpAddress address, int port) {
        @Override
        public String toString() {
            return name + " " + (address.toString().contains(":") ? "[" + address + "]" : address) + ":" + port;
        }
    }

    static Task of(Place from, String verb, Target to, Expectation expected, String... words) {
        return new Task(from, verb, to, List.of(words), expected);
    }

    /// What the probe is told.
    ///
    /// @param id by which its answer is known
    String text(int id) {
        return String.join(" ", Integer.toString(id), verb, to.address.toString(), Integer.toString(to.port))
                + (words.isEmpty() ? "" : " " + String.join(" ", words));
    }

    /// For people.
    String describe() {
        return from.pod() + " -> " + to + " " + verb + (words.isEmpty() ? "" : " " + String.join(" ", words));
    }
}
