package io.stentor.kube.connectivity;

import java.time.Duration;
import java.util.List;

/// A whole run.
///
/// @param cluster address of the API server
/// @param nodes   that were tried
/// @param routing `tunnel` or `native`; "" if no pod got that far
/// @param results of all cases that were asked for, in each family
/// @param drops   that the nodes' agents have counted meanwhile, as far as they tell; sentences
/// @param time    that it took
public record Report(
        String cluster, List<String> nodes, String routing, List<Result> results, List<String> drops, Duration time) {

    public long passed() {
        return results.stream()
                .filter(result -> result.verdict() instanceof Verdict.Passed)
                .count();
    }

    public List<Result> failed() {
        return results.stream()
                .filter(result -> result.verdict() instanceof Verdict.Failed)
                .toList();
    }

    public List<Result> skipped() {
        return results.stream()
                .filter(result -> result.verdict() instanceof Verdict.Skipped)
                .toList();
    }
}
