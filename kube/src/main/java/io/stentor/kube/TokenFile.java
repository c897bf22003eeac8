package io.stentor.kube;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/// A token that somebody else keeps fresh in a file: read for each request, since it lives for an hour or less. While
/// the file cannot be read, the last one is tried.
final class TokenFile implements OAuthTokenProvider {

    private static final System.Logger LOG = System.getLogger("kubernetes");

    private final Path file;
    private volatile String last = "";

    TokenFile(Path file) {
        this.file = file;
    }

    @Override
    public String getToken() {
        try {
            last = Files.readString(file).strip();
        } catch (IOException unreadable) {
            LOG.log(Level.DEBUG, () -> "the token in " + file + " cannot be read: " + unreadable);
        }
        return last;
    }
}
