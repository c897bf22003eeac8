package io.stentor.lab;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The built checkout that this program is part of, where the lab takes the other programs from.
///
/// @param root its top folder
record Checkout(Path root) {

    /// `$STENTOR_HOME`, or the folder above `lab/target/…` where this class was loaded from.
    static Checkout find() {
        String home = System.getenv("STENTOR_HOME");
        if (home != null && !home.isEmpty()) {
            return new Checkout(Path.of(home));
        }
        try {
            Path code = Path.of(Checkout.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            for (Path folder = code; folder != null; folder = folder.getParent()) {
                if (Files.isRegularFile(folder.resolve("scripts/run"))) {
                    return new Checkout(folder);
                }
            }
            throw new LabFailure("'" + code + "' is not in a checkout of Stentor; set STENTOR_HOME to one.");
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The command that starts a program of this checkout.
    List<String> command(String module, String main, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(root.resolve("scripts/run").toString(), module, main));
        all.addAll(arguments);
        return all;
    }

    /// The CNI plugin, as built.
    Path cniPlugin() {
        return root.resolve("cni/target/stentor-cni");
    }
}
