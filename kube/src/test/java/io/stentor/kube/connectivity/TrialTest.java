package io.stentor.kube.connectivity;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kube.connectivity.Task.Target;
import io.stentor.model.IpAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrialTest {

    private static final Target NEAR = new Target("near", IpAddress.of("10.0.0.1"), 28007);
    private static final Scene SCENE = CatalogueTest.scene(
            true, true, new Scene.Strangers(List.of(), Optional.empty(), Optional.empty(), Optional.empty()));

    private static Trial trial(Expectation... expectations) {
        List<Task> tasks = Arrays.stream(expectations)
                .map(expectation -> Task.of(Place.CLIENT, "tcp", NEAR, expectation, "from=7"))
                .toList();
        Trial trial = new Trial(Case.of("some", "something holds", Set.of(), _ -> tasks), SCENE);
        assertThat(trial.number(5)).isEqualTo(5 + expectations.length);
        return trial;
    }

    @Test
    void a_trial_is_over_when_every_task_is_answered_and_passes_when_all_are_as_expected() {
        Trial trial = trial(Expectation.seenAsItself(), Expectation.outcome("refused"));
        assertThat(trial.tasks().get(5).text(5)).isEqualTo("5 tcp 10.0.0.1 28007 from=7");
        trial.hear(5, Answer.parse("answered self=10.0.0.9 peer=10.0.0.9"));
        trial.hear(99, Answer.parse("refused"));
        assertThat(trial.isOver()).isFalse();
        trial.hear(6, Answer.parse(" refused"));
        assertThat(trial.isOver()).isTrue();
        assertThat(trial.verdict(_ -> "")).isEqualTo(Verdict.PASSED);
    }

    @Test
    void a_failure_says_who_asked_whom_what_was_expected_and_what_was_seen() {
        Trial trial = trial(Expectation.seenAsItself(), Expectation.outcome("refused"));
        trial.hear(5, Answer.parse("answered self=10.0.0.9 peer=192.168.1.1"));
        assertThat(trial.verdict(client -> client.pod() + " has ended"))
                .isEqualTo(new Verdict.Failed(List.of(
                        "client -> near 10.0.0.1:28007 tcp from=7: expected an answer by a server that sees the sender's"
                                + " own address, but: answered self=10.0.0.9 peer=192.168.1.1",
                        "client -> near 10.0.0.1:28007 tcp from=7: client has ended")));
    }

    @Test
    void what_pods_may_not_do_is_skipped_and_never_passes() {
        Trial trial = trial(Expectation.forgeryDropped());
        trial.hear(5, Answer.parse("unable lacks=CAP_NET_RAW"));
        assertThat(trial.verdict(_ -> ""))
                .isEqualTo(new Verdict.Skipped(
                        "the pods lack CAP_NET_RAW: the namespace's policy or the runtime took it away"));
    }

    @ParameterizedTest
    @CsvSource({
        "sent control=seen forged=unseen, true",
        "sent control=unseen forged=unseen, false",
        "sent control=seen forged=seen, false",
        "timeout, false"
    })
    void a_forgery_counts_as_dropped_only_beside_something_honest_that_arrived(String answer, boolean fine) {
        assertThat(Expectation.forgeryDropped().judge(Answer.parse(answer)) instanceof Judgement.Fine)
                .isEqualTo(fine);
    }

    @ParameterizedTest
    @CsvSource({
        "too-big by=10.0.0.1 mtu=1300, true",
        "too-big by=10.0.0.1 mtu=1450, false",
        "too-big by=10.0.0.1, false",
        "answered us=3, false"
    })
    void too_big_needs_a_smaller_mtu(String answer, boolean fine) {
        assertThat(Expectation.tooBigBelow(1450).judge(Answer.parse(answer)) instanceof Judgement.Fine)
                .isEqualTo(fine);
    }

    @Test
    void addresses_are_compared_as_such_and_absent_ones_are_nobodys() {
        Expectation node = Expectation.seenAs(IpAddress.of("fd00::1"), "the node");
        assertThat(node.judge(Answer.parse("answered peer=fd00:0:0::1"))).isEqualTo(Judgement.FINE);
        assertThat(node.judge(Answer.parse("answered peer=fd00::2"))).isInstanceOf(Judgement.Wrong.class);
        assertThat(node.judge(Answer.parse("connected us=1"))).isInstanceOf(Judgement.Wrong.class);
        assertThat(Expectation.seenAsItself().judge(Answer.parse("answered us=1")))
                .isInstanceOf(Judgement.Wrong.class);
    }
}
