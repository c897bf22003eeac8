package io.stentor.lab.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tells a kubectl that is too old what to do, rather than letting it fail in its own words.
final class OldKubectl {

    private static final int OLDEST_MINOR = 28;
    private static final Pattern AGENT = Pattern.compile("kubectl[^/]*/v1\\.(\\d{1,3})\\.(\\S+).*");

    private OldKubectl() {}

    /// @throws ApiException 406 for kubectl older than 1.28
    static void refuse(String userAgent) {
        Matcher agent = AGENT.matcher(userAgent);
        if (agent.matches() && Integer.parseInt(agent.group(1)) < OLDEST_MINOR) {
            throw new ApiException(
                    406,
                    "NotAcceptable",
                    "kubectl 1." + agent.group(1) + "." + agent.group(2) + " is too old for the lab's API server: "
                            + "install 1." + OLDEST_MINOR + " or newer from https://kubernetes.io/docs/tasks/tools/",
                    Json.object());
        }
    }
}
