package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Task.Target;
import io.stentor.model.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A pod comes and goes, and others look at it from its node and from another one.
final class Lifecycle {

    private static final String MORTAL = "mortal";
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// That have the last words of each flow among them.
    private static final int LINES = 50;

    /// Without an answer for so many milliseconds: the pod is gone.
    private static final int SILENCE = 1000;

    private final TestBed bed;
    private final Options options;
    private final List<String> nodes;

    Lifecycle(TestBed bed, Options options, List<String> nodes) {
        this.bed = bed;
        this.options = options;
        this.nodes = nodes;
    }

    /// @param scenes one a family
    /// @return a verdict for each
    List<Verdict> run(List<Scene> scenes, Progress progress) throws InterruptedException {
        progress.step("a pod comes and goes on " + nodes.getFirst());
        PodForm form = new PodForm(
                MORTAL,
                nodes.getFirst(),
                false,
                true,
                List.of("serve", Integer.toString(options.pods().port())));
        bed.create(form);
        try {
            Optional<Servers.Server> born = bed.await(
                    options.times().ready(),
                    () -> bed.pod(MORTAL).filter(Servers::isRunning).flatMap(pod -> Servers.of(pod, bed.log(MORTAL))));
            if (born.isEmpty()) {
                String why =
                        "pod " + MORTAL + " on " + nodes.getFirst() + " does not come up: " + bed.whyNotRunning(MORTAL);
                return Collections.nCopies(scenes.size(), Verdict.of(List.of(why)));
            }
            return observe(scenes, born.get());
        } finally {
            bed.delete(MORTAL);
            nodes.forEach(node -> bed.delete(watcher(node)));
        }
    }

    private String watcher(String node) {
        return "watcher-" + (nodes.indexOf(node) + 1);
    }

    private List<Verdict> observe(List<Scene> scenes, Servers.Server mortal) throws InterruptedException {
        List<List<Flow>> flows =
                scenes.stream().map(scene -> flows(scene, mortal)).toList();
        List<Flow> all = flows.stream().flatMap(List::stream).toList();
        for (String node : nodes) {
            List<Flow> seen = all.stream()
                    .filter(flow -> flow.from().equals(watcher(node)))
                    .toList();
            bed.create(new PodForm(watcher(node), node, false, false, Flow.arguments(seen)));
        }
        bed.holds(options.times().ready().plus(PATIENCE), () -> every(all, state -> state.answered() > 0));
        Map<String, Flow.State> alive = states();
        bed.delete(MORTAL);
        boolean gone = bed.holds(PATIENCE, () -> bed.pod(MORTAL).isEmpty());
        bed.holds(PATIENCE, () -> every(all, state -> state.silent() > SILENCE));
        Map<String, Flow.State> dead = states();
        return flows.stream().map(some -> verdict(some, alive, dead, gone)).toList();
    }

    private List<Flow> flows(Scene scene, Servers.Server mortal) {
        Optional<IpAddress> address = mortal.address(scene.family());
        return address.stream()
                .map(each -> new Target(MORTAL, each, options.pods().port()))
                .flatMap(to -> nodes.stream()
                        .flatMap(node -> Stream.of("echo", "connect")
                                .map(kind -> new Flow(
                                        scene.familyName() + "-" + watcher(node) + "-" + kind,
                                        kind,
                                        to,
                                        watcher(node)))))
                .toList();
    }

    private Map<String, Flow.State> states() {
        StringBuilder log = new StringBuilder();
        nodes.forEach(node -> log.append(bed.log(watcher(node), LINES)));
        return Flow.states(log.toString());
    }

    private boolean every(List<Flow> flows, Predicate<Flow.State> condition) {
        Map<String, Flow.State> now = states();
        return flows.stream().allMatch(flow -> now.containsKey(flow.id()) && condition.test(now.get(flow.id())));
    }

    private Verdict verdict(
            List<Flow> flows, Map<String, Flow.State> alive, Map<String, Flow.State> dead, boolean gone) {
        List<String> findings = new ArrayList<>();
        if (flows.isEmpty()) {
            findings.add("pod " + MORTAL + " got no address of this family");
        }
        if (!gone) {
            findings.add("pod " + MORTAL + " on " + nodes.getFirst() + " does not go");
        }
        for (Flow flow : flows) {
            Flow.State before = alive.get(flow.id());
            Flow.State after = dead.get(flow.id());
            if (before == null || before.answered() == 0) {
                String why = bed.pod(flow.from()).filter(Servers::isRunning).isPresent()
                        ? "no answer while the pod is there"
                        : bed.whyNotRunning(flow.from());
                findings.add(flow.describe() + ": " + why);
            } else if (after == null || after.silent() <= SILENCE) {
                findings.add(flow.describe() + ": answers still come, though the pod is gone");
            }
        }
        return Verdict.of(findings);
    }
}
