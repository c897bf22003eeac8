package io.stentor.kube.connectivity;

/// What an answer means for its case.
sealed interface Judgement {

    /// As it should be.
    record Fine() implements Judgement {}

    /// @param wanted what should have been seen
    record Wrong(String wanted) implements Judgement {}

    /// The question could not be asked here.
    record Impossible(String why) implements Judgement {}

    Judgement FINE = new Fine();
}
