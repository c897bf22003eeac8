package io.stentor.node.doctor;

import java.util.Locale;

/// A line of the doctor's.
///
/// @param subject what was looked at
/// @param found   what it is
/// @param meaning what that means for pods' network; "" where there is nothing to say
/// @param advice  what to do; "" where there is nothing to do
public record Finding(Level level, String subject, String found, String meaning, String advice) {

    /// How bad it is.
    public enum Level {
        OK,
        /// Something works worse, or might not for long.
        WARNING,
        /// The agent does not start, or pods do not get through.
        ERROR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String subject, String found) {
        return new Finding(Level.OK, subject, found, "", "");
    }

    /// Not as one would expect, and no harm: the meaning says why.
    static Finding fine(String subject, String found, String meaning) {
        return new Finding(Level.OK, subject, found, meaning, "");
    }

    static Finding warning(String subject, String found, String meaning, String advice) {
        return new Finding(Level.WARNING, subject, found, meaning, advice);
    }

    static Finding error(String subject, String found, String meaning, String advice) {
        return new Finding(Level.ERROR, subject, found, meaning, advice);
    }
}
