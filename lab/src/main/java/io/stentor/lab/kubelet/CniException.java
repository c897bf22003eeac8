package io.stentor.lab.kubelet;

/// A network plugin that refused, or could not be run.
final class CniException extends Exception {

    private static final long serialVersionUID = 1;

    CniException(String message) {
        super(message);
    }
}
