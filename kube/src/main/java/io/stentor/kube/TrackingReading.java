package io.stentor.kube;

import java.time.Duration;
import java.util.regex.Pattern;

/// The tables of connections out of values.
final class TrackingReading {
    /// Fewer entries than these are no table for a node.
    private static final int LEAST = 1024;

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Pattern RATIO = Pattern.compile("[0-9]*\\.?[0-9]+");
    private static final String RATIO_KEY = "bpf-map-dynamic-size-ratio";
    private static final String NAT_KEY = "bpf-nat-global-max";
    private static final String TCP_KEY = "bpf-ct-global-tcp-max";
    private static final String OTHER_KEY = "bpf-ct-global-any-max";

    private TrackingReading() {}

    static TrackingSettings read(Values values) {
        int tcp = entries(values, TCP_KEY);
        int other = entries(values, OTHER_KEY);
        int nat = entries(values, NAT_KEY);
        long most = (long) (tcp + other) * 2 / 3;
        if (tcp > 0 && other > 0 && nat > most && values.sound(NAT_KEY, TCP_KEY, OTHER_KEY)) {
            values.error(
                    NAT_KEY,
                    "'" + nat + "' is more than two thirds of " + TCP_KEY + " and " + OTHER_KEY + " together, " + most);
        }
        return new TrackingSettings(
                new TrackingSettings.Room(ratio(values), tcp, other, nat),
                new TrackingSettings.Lifetimes(
                        lifetime(values, "bpf-ct-timeout-regular-tcp"),
                        lifetime(values, "bpf-ct-timeout-regular-tcp-syn"),
                        lifetime(values, "bpf-ct-timeout-regular-tcp-fin"),
                        lifetime(values, "bpf-ct-timeout-regular-any")));
    }

    private static int entries(Values values, String key) {
        int entries = values.number(key);
        if (entries != 0 && entries < LEAST && values.sound(key)) {
            values.error(key, "'" + entries + "' is too small: 0 lets the node's memory decide, or at least " + LEAST);
        }
        return entries;
    }

    private static double ratio(Values values) {
        String text = values.text(RATIO_KEY);
        double ratio = RATIO.matcher(text).matches() ? Double.parseDouble(text) : 0;
        if (ratio <= 0 || ratio > 1) {
            values.error(RATIO_KEY, "'" + text + "' is not a part between 0 and 1, such as 0.0025");
        }
        return ratio;
    }

    private static Duration lifetime(Values values, String key) {
        Duration lifetime = values.duration(key);
        if (lifetime.toSeconds() < 1 || lifetime.compareTo(LONGEST) > 0) {
            values.error(key, "'" + values.text(key) + "' is not between 1s and a year");
        }
        return lifetime;
    }
}
