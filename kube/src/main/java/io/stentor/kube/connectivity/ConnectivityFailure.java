package io.stentor.kube.connectivity;

/// The test cannot be made; the message says why, and what to do.
public final class ConnectivityFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean wrongUse;

    private ConnectivityFailure(String sentence, boolean wrongUse) {
        super(sentence);
        this.wrongUse = wrongUse;
    }

    /// The cluster is not as it would have to be.
    static ConnectivityFailure ofCluster(String sentence) {
        return new ConnectivityFailure(sentence, false);
    }

    /// What was asked for cannot be meant so.
    static ConnectivityFailure ofUse(String sentence) {
        return new ConnectivityFailure(sentence, true);
    }

    /// Whether asking otherwise would help.
    public boolean isWrongUse() {
        return wrongUse;
    }
}
