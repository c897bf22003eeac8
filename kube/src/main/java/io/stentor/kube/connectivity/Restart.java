package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Task.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Restarts the agents, node by node, while pods, nodes and the outside talk: nothing may be lost.
final class Restart {

    private static final String POD = "talker";
    private static final Duration BEGIN = Duration.ofSeconds(15);

    /// What is unanswered for longer is lost: a busy machine is late with answers.
    private static final Duration SETTLE = Duration.ofSeconds(15);

    /// Packets sent after the restart until it is judged: those from before are then answered or lost.
    private static final int AFTER = 150;

    /// That have the last words of each flow among them.
    private static final int LINES = 200;

    private static final List<String> KINDS = List.of("echo", "udp", "stream", "connect");

    private final TestBed bed;
    private final Options options;
    private final Disruption disruption;
    private final List<String> nodes;

    Restart(TestBed bed, Options options, Disruption disruption, List<String> nodes) {
        this.bed = bed;
        this.options = options;
        this.disruption = disruption;
        this.nodes = nodes;
    }

    /// @param scenes one a family
    /// @return a verdict for each
    List<Verdict> run(List<Scene> scenes, Progress progress) throws InterruptedException {
        Optional<String> unavailable = disruption.unavailable(nodes);
        if (unavailable.isPresent()) {
            return Collections.nCopies(scenes.size(), new Verdict.Skipped(unavailable.get()));
        }
        List<List<Flow>> flows = scenes.stream().map(this::flows).toList();
        List<Flow> all = flows.stream().flatMap(List::stream).toList();
        bed.create(new PodForm(POD, nodes.getFirst(), false, false, Flow.arguments(all)));
        progress.step("restarting agents under " + all.size() + " flows");
        try {
            bed.holds(options.times().ready().plus(BEGIN), () -> unanswered(all).isEmpty());
            List<List<String>> silent = flows.stream().map(this::unanswered).toList();
            if (silent.stream().noneMatch(List::isEmpty)) {
                return silent.stream().map(Verdict::of).toList();
            }
            for (String node : nodes) {
                progress.step("restarting the agent on " + node);
                disruption.restart(node, bed.left());
            }
            progress.step("waiting for what was on its way");
            Map<String, Flow.State> then = states();
            bed.holds(SETTLE, () -> settled(all, then, states()) && lossless(all, states()));
            Map<String, Flow.State> end = states();
            List<Verdict> verdicts = new ArrayList<>();
            for (int i = 0; i < flows.size(); i++) {
                verdicts.add(silent.get(i).isEmpty() ? verdict(flows.get(i), then, end) : Verdict.of(silent.get(i)));
            }
            return verdicts;
        } catch (IOException failed) {
            return Collections.nCopies(scenes.size(), Verdict.of(List.of(String.valueOf(failed.getMessage()))));
        } finally {
            bed.delete(POD);
        }
    }

    private List<Flow> flows(Scene scene) {
        Stream<Target> near = Stream.of(Place.NEAR, Place.NEAR_HOST).map(scene::at);
        Stream<Target> far = scene.network().twoNodes()
                ? Stream.of(Place.FAR, Place.FAR_HOST).map(scene::at)
                : Stream.empty();
        return Stream.of(near, far, scene.strangers().server().stream())
                .flatMap(targets -> targets)
                .flatMap(to -> KINDS.stream()
                        .map(kind -> new Flow(scene.familyName() + "-" + to.name() + "-" + kind, kind, to, POD)))
                .toList();
    }

    private Map<String, Flow.State> states() {
        return Flow.states(bed.log(POD, LINES));
    }

    private List<String> unanswered(List<Flow> flows) {
        Map<String, Flow.State> now = states();
        if (now.isEmpty()) {
            return List.of("pod " + POD + " on " + nodes.getFirst() + " does not come up: " + bed.whyNotRunning(POD));
        }
        return flows.stream()
                .filter(flow ->
                        !now.containsKey(flow.id()) || now.get(flow.id()).answered() == 0)
                .map(flow -> flow.describe() + ": no answer before any agent was restarted")
                .toList();
    }

    private static boolean settled(List<Flow> flows, Map<String, Flow.State> then, Map<String, Flow.State> now) {
        return flows.stream().allMatch(flow -> settled(flow, then, now));
    }

    private static boolean lossless(List<Flow> flows, Map<String, Flow.State> now) {
        return flows.stream()
                .allMatch(flow -> now.containsKey(flow.id())
                        && flow.loss(now.get(flow.id())).isEmpty());
    }

    /// A broken stream sends nothing any more that could be waited for.
    private static boolean settled(Flow flow, Map<String, Flow.State> then, Map<String, Flow.State> now) {
        int after = flow.kind().equals("connect") ? AFTER / 5 : AFTER;
        return now.containsKey(flow.id())
                && then.containsKey(flow.id())
                && (now.get(flow.id()).broken() > 0
                        || now.get(flow.id()).sent() - then.get(flow.id()).sent() > after);
    }

    private static Verdict verdict(List<Flow> flows, Map<String, Flow.State> then, Map<String, Flow.State> end) {
        List<String> findings = new ArrayList<>();
        for (Flow flow : flows) {
            if (!settled(flow, then, end)) {
                findings.add(flow.describe() + ": does not go on after the restart, " + end.get(flow.id()));
            } else {
                flow.loss(end.get(flow.id())).ifPresent(findings::add);
            }
        }
        return Verdict.of(findings);
    }
}
