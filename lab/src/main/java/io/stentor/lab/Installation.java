package io.stentor.lab;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The folder that a build's programs are in, with the script `launch` that starts them, the CNI plugin and the demo's
/// program: a checkout's `target/jars/current`, or `lib` of what `make dist` packs. It is the same folder in both.
///
/// @param folder in a checkout a link to the newest build: what is started again is that
record Installation(Path folder) {

    private static final String LAUNCH = "launch";
    private static final Path BUILT = Path.of("target/jars/current");

    /// The folder where this class was loaded from; where that is not a build's (in tests), the checkout's.
    static Installation find() {
        Path code;
        try {
            code = Path.of(Installation.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        for (Path folder = code.getParent(); folder != null; folder = folder.getParent()) {
            Optional<Path> found = List.of(folder.resolveSibling("current"), folder, folder.resolve(BUILT)).stream()
                    .filter(Installation::isOne)
                    .findFirst();
            if (found.isPresent()) {
                return new Installation(found.get());
            }
        }
        throw new LabFailure(
                "'" + code + "' is not in a folder with Stentor's programs: run 'make build', or unpack what"
                        + " 'make dist' has packed.");
    }

    private static boolean isOne(Path folder) {
        return Files.isExecutable(folder.resolve(LAUNCH)) && Files.isRegularFile(folder.resolve("version"));
    }

    /// The command that starts a program.
    List<String> command(String module, String main, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(folder.resolve(LAUNCH).toString(), module, main));
        all.addAll(arguments);
        return all;
    }

    /// The demo's server and client.
    Path demo() {
        return folder.resolve("hello");
    }

    Path cniPlugin() {
        return folder.resolve("stentor-cni");
    }
}
