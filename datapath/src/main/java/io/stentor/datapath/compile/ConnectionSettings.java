package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Config;
import java.time.Duration;

/// How many connections there is room for, and how long one lives without packets.
public record ConnectionSettings(TableSizes sizes, Lifetimes lifetimes) {

    /// In whole seconds; what is left over is cut off.
    ///
    /// @param tcp     of a TCP connection in use
    /// @param syn     of a TCP connection that begins
    /// @param closing of what is left of a TCP connection that both sides have closed
    /// @param other   of any other connection
    public record Lifetimes(Duration tcp, Duration syn, Duration closing, Duration other) {}

    /// The configuration with these settings in it.
    public Config in(Config config) {
        return config.withCtTcpMax(sizes.tcp())
                .withCtOtherMax(sizes.other())
                .withNatMax(sizes.nat())
                .withCtTcpSeconds((int) lifetimes.tcp().toSeconds())
                .withCtSynSeconds((int) lifetimes.syn().toSeconds())
                .withCtClosingSeconds((int) lifetimes.closing().toSeconds())
                .withCtOtherSeconds((int) lifetimes.other().toSeconds());
    }
}
