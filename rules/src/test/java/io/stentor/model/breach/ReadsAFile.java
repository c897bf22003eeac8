package io.stentor.model.breach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A fact that is looked up when asked.
public final class ReadsAFile {

    private ReadsAFile() {}

    public static String text() throws IOException {
        return Files.readString(Path.of("/etc/hostname"));
    }
}
