package io.stentor.kube;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;

/// What went wrong with a request, in the words of whoever knows best.
final class Failure {

    private Failure() {}

    /// The server's own sentence when it has answered, and that of the deepest cause when it has not.
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause != null) {
            if (cause instanceof KubernetesClientException answer && answer.getStatus() != null) {
                String message = answer.getStatus().getMessage();
                return (message == null ? "the API server refuses" : message) + " (" + answer.getCode() + ")";
            }
            if (cause.getCause() == null) {
                break;
            }
            cause = cause.getCause();
        }
        return cause == null ? "unknown" : sentence(cause);
    }

    private static String sentence(Throwable cause) {
        if (cause.getMessage() != null && !(cause instanceof CompletionException)) {
            return cause.getMessage();
        }
        return cause instanceof ConnectException || cause instanceof ClosedChannelException
                ? "connection refused"
                : cause.getClass().getSimpleName();
    }
}
