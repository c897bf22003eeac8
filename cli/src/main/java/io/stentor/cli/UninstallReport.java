package io.stentor.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.node.Step;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/// Says what becomes of each thing, as it happens; in JSON at the end.
final class UninstallReport {
    private final PrintWriter out;
    private final boolean asJson;
    private final ObjectNode json;
    private int failures;
    private int count;

    UninstallReport(PrintWriter out, boolean asJson, boolean dry) {
        this.out = out;
        this.asJson = asJson;
        this.json = JsonNodeFactory.instance.objectNode().put("dryRun", dry);
        json.putArray("steps");
    }

    void wouldBe(Step step) {
        say(step, "planned", "would be " + step.change(), "");
    }

    /// @param left why it was not changed
    void was(Step step, Optional<String> left) {
        say(
                step,
                left.isEmpty() ? "done" : "left",
                left.map(why -> "left as it is: " + why).orElse(step.change()),
                left.orElse(""));
    }

    void failed(Step step, String reason) {
        failures++;
        say(step, "failed", "not " + step.change() + ": " + reason, reason);
    }

    private void say(Step step, String outcome, String words, String reason) {
        count++;
        json.withArray("steps")
                .addObject()
                .put("kind", step.kind())
                .put("object", step.object())
                .put("change", step.change())
                .put("outcome", outcome)
                .put("reason", reason);
        if (!asJson) {
            out.println(step.kind() + " " + step.object() + ": " + words);
            out.flush();
        }
    }

    /// @return whether nothing failed
    boolean end(List<String> pods) {
        if (asJson) {
            pods.forEach(json.putArray("podsWithoutNetwork")::add);
            out.println(Json.pretty(json));
        } else if (count == 0) {
            out.println("Nothing of Stentor is on this node.");
        }
        return failures == 0;
    }
}
