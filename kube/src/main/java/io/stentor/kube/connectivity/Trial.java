package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Case.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A case in one family on its way: its tasks by number, and the answers that have come. Pure.
final class Trial {

    private final Case what;
    private final Scene scene;
    private final SortedMap<Integer, Task> tasks = new TreeMap<>();
    private final SortedMap<Integer, Answer> answers = new TreeMap<>();

    Trial(Case what, Scene scene) {
        this.what = what;
        this.scene = scene;
    }

    Case what() {
        return what;
    }

    Scene scene() {
        return scene;
    }

    /// Gives numbers to the tasks of questions.
    ///
    /// @param first that is free
    /// @return the first that is then free
    /// @throws Scene.Absent if a server that is asked is not there
    int number(int first) {
        if (what.body() instanceof Body.Questions questions) {
            int number = first;
            for (Task task : questions.tasks().apply(scene)) {
                tasks.put(number++, task);
            }
            return number;
        }
        return first;
    }

    SortedMap<Integer, Task> tasks() {
        return tasks;
    }

    void hear(int number, Answer answer) {
        if (tasks.containsKey(number)) {
            answers.put(number, answer);
        }
    }

    boolean isOver() {
        return answers.size() == tasks.size();
    }

    /// What has come of it.
    ///
    /// @param silence why answers that are missing did not come, by the client
    Verdict verdict(Silence silence) {
        List<String> findings = new ArrayList<>();
        Optional<String> impossible = Optional.empty();
        for (var task : tasks.entrySet()) {
            Answer answer = answers.get(task.getKey());
            if (answer == null) {
                findings.add(task.getValue().describe() + ": "
                        + silence.of(task.getValue().from()));
                continue;
            }
            switch (task.getValue().expected().judge(answer)) {
                case Judgement.Fine _ -> {}
                case Judgement.Impossible(String why) -> impossible = Optional.of(why);
                case Judgement.Wrong(String wanted) ->
                    findings.add(task.getValue().describe() + ": expected " + wanted + ", but: " + answer);
            }
        }
        if (!findings.isEmpty()) {
            return new Verdict.Failed(findings);
        }
        return impossible.<Verdict>map(Verdict.Skipped::new).orElse(Verdict.PASSED);
    }

    /// Why a client did not answer.
    interface Silence {
        String of(Place client);
    }
}
