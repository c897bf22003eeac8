package io.stentor.lab.api;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Orders API versions as Kubernetes does: stable ones first, then beta, then alpha, the highest number first.
final class VersionOrder {

    private static final Pattern VERSION = Pattern.compile("v(\\d{1,4})(?:(alpha|beta)(\\d{1,4}))?");

    static final Comparator<String> PREFERRED_FIRST =
            Comparator.comparingLong(VersionOrder::rank).reversed().thenComparing(Comparator.naturalOrder());

    private VersionOrder() {}

    private static long rank(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return -1;
        }
        String stage = matcher.group(2);
        long stageRank = 2;
        if (stage != null) {
            stageRank = stage.equals("beta") ? 1 : 0;
        }
        long minor = matcher.group(3) == null ? 0 : Long.parseLong(matcher.group(3));
        return (stageRank * 10_000 + Long.parseLong(matcher.group(1))) * 10_000 + minor;
    }
}
