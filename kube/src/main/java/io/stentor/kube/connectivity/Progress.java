package io.stentor.kube.connectivity;

/// Who is told how a run goes on, by one thread.
public interface Progress {

    /// What is being done or waited for now.
    void step(String sentence);

    /// A case has ended.
    void ended(Result result);
}
