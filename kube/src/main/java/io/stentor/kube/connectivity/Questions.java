package io.stentor.kube.connectivity;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/// Has the clients ask all that the trials want to know: one pod a client, whose log has the answers.
final class Questions {

    /// Of a task that does not say otherwise.
    private static final String SECONDS = "5";

    private static final String DONE = "done";

    private final TestBed bed;
    private final Options options;
    private final List<String> nodes;
    private final Map<Place, List<String>> texts = new EnumMap<>(Place.class);
    private final Map<Integer, Trial> byTask = new HashMap<>();
    private final Set<Place> open = EnumSet.noneOf(Place.class);

    Questions(TestBed bed, Options options, List<String> nodes) {
        this.bed = bed;
        this.options = options;
        this.nodes = nodes;
    }

    /// @param ended is told of each trial as soon as it is over
    void ask(List<Trial> trials, Progress progress, BiConsumer<Trial, Verdict> ended) throws InterruptedException {
        for (Trial trial : trials) {
            trial.tasks().forEach((id, task) -> {
                byTask.put(id, trial);
                texts.computeIfAbsent(task.from(), _ -> new ArrayList<>()).add(task.text(id));
            });
        }
        if (texts.isEmpty()) {
            return;
        }
        progress.step(byTask.size() + " questions by "
                + texts.keySet().stream().map(Place::pod).collect(Collectors.joining(", ")));
        texts.forEach((client, tasks) -> {
            List<String> arguments = new ArrayList<>(List.of("run", SECONDS));
            arguments.addAll(tasks);
            bed.create(new PodForm(client.pod(), Servers.node(client, nodes), client.hostNetwork(), false, arguments));
            open.add(client);
        });
        List<Trial> waiting = new ArrayList<>(trials);
        bed.holds(options.times().ready().plus(longest()), () -> {
            List.copyOf(open).forEach(this::listen);
            waiting.removeIf(trial -> {
                if (!trial.isOver()) {
                    return false;
                }
                ended.accept(trial, trial.verdict(this::silence));
                return true;
            });
            return waiting.isEmpty() || open.isEmpty();
        });
        waiting.forEach(trial -> ended.accept(trial, trial.verdict(this::silence)));
        texts.keySet().forEach(client -> bed.delete(client.pod()));
    }

    /// What all tasks of a client may take, if each takes its whole time.
    private Duration longest() {
        int most = texts.values().stream().mapToInt(List::size).max().orElse(0);
        return Duration.ofSeconds(30 + most);
    }

    private void listen(Place client) {
        for (String line : bed.log(client.pod()).lines().toList()) {
            int blank = line.indexOf(' ');
            if (line.equals(DONE)) {
                open.remove(client);
            } else if (blank > 0 && line.substring(0, blank).matches("[0-9]{1,6}")) {
                int id = Integer.parseInt(line.substring(0, blank));
                Trial trial = byTask.get(id);
                if (trial != null) {
                    trial.hear(id, Answer.parse(line.substring(blank)));
                }
            }
        }
    }

    private String silence(Place client) {
        if (bed.left().isZero()) {
            return "not answered within the time for everything";
        }
        return "pod " + client.pod() + " on " + Servers.node(client, nodes) + " did not get to it: "
                + bed.whyNotRunning(client.pod());
    }
}
