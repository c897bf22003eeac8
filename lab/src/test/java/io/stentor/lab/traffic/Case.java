package io.stentor.lab.traffic;

import io.stentor.model.Family;
import java.util.function.Predicate;

/// One promise about pods' traffic, kept in every configuration where it applies and in each of its families.
///
/// @param topic    what it belongs to, for the report
/// @param sentence what is promised
/// @param applies  where
/// @param body     throws when the promise is broken
record Case(String topic, String sentence, Predicate<Configuration> applies, Body body) {

    /// What is done in one family.
    interface Body {
        void run(World world, Family family) throws Exception;
    }

    static Case of(String topic, String sentence, Body body) {
        return new Case(topic, sentence, _ -> true, body);
    }

    Case where(Predicate<Configuration> applies) {
        return new Case(topic, sentence, applies, body);
    }
}
