package io.stentor.agent.api;

/// How one part of the agent is.
///
/// @param part   as people know it: `kubernetes`, `datapath`
/// @param detail one line: what it does now, or what is wrong
public record PartHealth(String part, Level level, String detail) {

    /// From good to bad.
    public enum Level {
        OK("ok"),
        /// Something is wrong that the node lives with: pods that are there go on. A probe that restarted the agent
        /// for it would only make it worse.
        DEGRADED("degraded"),
        /// The agent cannot do its work yet, or any more: `/healthz` answers 503.
        UNREADY("unready");

        private final String text;

        Level(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public static PartHealth ok(String part, String detail) {
        return new PartHealth(part, Level.OK, detail);
    }

    public static PartHealth degraded(String part, String detail) {
        return new PartHealth(part, Level.DEGRADED, detail);
    }

    public static PartHealth unready(String part, String detail) {
        return new PartHealth(part, Level.UNREADY, detail);
    }
}
