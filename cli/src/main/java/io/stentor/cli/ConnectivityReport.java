package io.stentor.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.kube.connectivity.Case;
import io.stentor.kube.connectivity.Progress;
import io.stentor.kube.connectivity.Report;
import io.stentor.kube.connectivity.Result;
import io.stentor.kube.connectivity.Verdict;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Tells of a connectivity test: what goes on, each case as it ends, and all of it at the end.
final class ConnectivityReport implements Progress {
    private final PrintWriter out;
    private final PrintWriter progress;
    private final long began = System.nanoTime();

    /// @param out      for the report
    /// @param progress for what goes on
    ConnectivityReport(PrintWriter out, PrintWriter progress) {
        this.out = out;
        this.progress = progress;
    }

    void list(List<Case> cases, boolean json) {
        if (json) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            cases.forEach(each -> array.addObject().put("name", each.name()).put("sentence", each.sentence()));
            out.println(Json.pretty(array));
            return;
        }
        TextTable table = new TextTable("CASE", "PROMISE");
        cases.forEach(each -> table.add(each.name(), each.sentence()));
        table.print(out);
    }

    @Override
    public void step(String sentence) {
        progress.printf(Locale.ROOT, "%6.1f s  %s%n", (System.nanoTime() - began) / 1e9, sentence);
        progress.flush();
    }

    @Override
    public void ended(Result result) {
        switch (result.verdict()) {
            case Verdict.Passed _ -> line(result, "ok");
            case Verdict.Skipped _ -> {} // told once, at the end
            case Verdict.Failed failed -> {
                line(result, "FAILED");
                failed.findings().forEach(finding -> progress.println("            " + finding));
            }
        }
        progress.flush();
    }

    private void line(Result result, String word) {
        progress.printf(
                Locale.ROOT,
                "%6.1f s  %-6s  %s %s: %s%n",
                (System.nanoTime() - began) / 1e9,
                word,
                result.family(),
                result.name(),
                result.sentence());
    }

    void end(Report report, boolean json) {
        summary(report);
        progress.flush();
        if (json) {
            out.println(Json.pretty(json(report)));
        }
    }

    private void summary(Report report) {
        Map<String, Set<String>> skipped = new LinkedHashMap<>();
        report.skipped()
                .forEach(result -> skipped.computeIfAbsent(reason(result), _ -> new TreeSet<>())
                        .add(result.family() + " " + result.name()));
        skipped.forEach((reason, names) -> progress.println("skipped  " + shortened(names) + ": " + reason));
        if (!report.failed().isEmpty()) {
            report.drops().forEach(drop -> progress.println("drops    " + drop));
            report.failed().forEach(result -> progress.println("FAILED   " + result.family() + " " + result.name()));
            progress.println(
                    "On the nodes, 'stentor status' and 'stentor diff' say whether something is wrong, 'stentor"
                            + " monitor --type drop' shows drops as they happen, and 'stentor sysdump' packs what helps. --keep"
                            + " leaves the servers, --test chooses cases.");
        }
        progress.printf(
                Locale.ROOT,
                "%d passed, %d failed, %d skipped in %.1f s%n",
                report.passed(),
                report.failed().size(),
                report.skipped().size(),
                report.time().toMillis() / 1e3);
    }

    private static String reason(Result result) {
        return result.verdict() instanceof Verdict.Skipped(String reason) ? reason : "";
    }

    private static String shortened(Set<String> names) {
        return names.size() <= 4
                ? String.join(", ", names)
                : names.size() + " cases, such as " + names.iterator().next();
    }

    static ObjectNode json(Report report) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("cluster", report.cluster())
                .put("routing", report.routing())
                .put("seconds", report.time().toMillis() / 1e3)
                .put("passed", report.passed())
                .put("failed", report.failed().size())
                .put("skipped", report.skipped().size());
        report.nodes().forEach(json.putArray("nodes")::add);
        report.drops().forEach(json.putArray("drops")::add);
        ArrayNode results = json.putArray("results");
        for (Result result : report.results()) {
            ObjectNode one = results.addObject()
                    .put("name", result.name())
                    .put("family", result.family())
                    .put("sentence", result.sentence());
            switch (result.verdict()) {
                case Verdict.Passed _ -> one.put("result", "passed");
                case Verdict.Skipped(String reason) ->
                    one.put("result", "skipped").put("reason", reason);
                case Verdict.Failed failed -> {
                    one.put("result", "failed");
                    failed.findings().forEach(one.putArray("findings")::add);
                }
            }
            one.put("seconds", result.time().toMillis() / 1e3);
        }
        return json;
    }
}
