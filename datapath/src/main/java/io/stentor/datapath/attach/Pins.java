package io.stentor.datapath.attach;

import java.nio.file.Path;
import java.util.List;

/// Names on a bpf file system, as far as they are files: listed, made and removed. Pinning itself is the kernel's.
public interface Pins {

    /// Names in a directory in their order, pins and directories alike; none if there is no such directory.
    List<String> list(Path directory);

    /// Makes a directory and those above it that are missing.
    void makeDirectory(Path directory);

    /// Removes a pin, or a directory with all that is in it. What was pinned ends if nothing else holds it.
    void remove(Path path);
}
