package io.stentor.kube;

import io.fabric8.kubernetes.client.Config;
import java.time.Duration;

/// The agent's client, for tests that cannot wait as long as it does.
public final class ShortPatience {

    private ShortPatience() {}

    /// @param server  that speaks plain HTTP
    /// @param answers how long the next part of an answer may take
    /// @param watches how long a watch may say nothing
    public static KubeClient client(String server, Duration answers, Duration watches) {
        Config config = Config.empty();
        config.setMasterUrl(server);
        config.setRequestTimeout((int) answers.toMillis());
        config.setOnlyHttpWatches(true);
        Reachability reachability = new Reachability();
        return KubeClient.open(
                config,
                Wire.serialization(),
                new KubeClient.Interceptors(
                        new RequestRate(10_000, 10_000), reachability, new Silence(answers, watches, reachability)));
    }
}
