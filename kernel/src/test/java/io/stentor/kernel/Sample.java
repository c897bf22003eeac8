package io.stentor.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Compiles the sample programs of `src/test/c` into `target`.
public final class Sample {
    private Sample() {}

    public static byte[] object(String name) {
        Path source = Path.of("src/test/c/" + name + ".bpf.c");
        Path object = Path.of("target/" + name + ".bpf.o");
        try {
            Process clang = new ProcessBuilder(
                            "clang-19",
                            "-O2",
                            "-g",
                            "-Wall",
                            "-Werror",
                            "-target",
                            "bpf",
                            "-mcpu=v3",
                            "-I/usr/include/" + machine() + "-linux-gnu",
                            "-c",
                            source.toString(),
                            "-o",
                            object.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(clang.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (clang.waitFor() != 0) {
                throw new IllegalStateException("clang-19 on " + source + ":\n" + output);
            }
            return Files.readAllBytes(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String machine() {
        return System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    }
}
