package io.stentor.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Compiles a few lines of C, as the Makefile does.
final class Clang {
    private static final String HEAD = """
            #include <linux/bpf.h>
            #include <bpf/bpf_helpers.h>
            #include "layout/layout_tags.h"
            """;

    private Clang() {}

    static byte[] compile(String source) {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "clang");
            Path c = folder.resolve("a.c");
            Path object = folder.resolve("a.o");
            Files.writeString(c, HEAD + source);
            String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
            Process clang = new ProcessBuilder(List.of(
                            "clang-19",
                            "-g",
                            "-O2",
                            "-target",
                            "bpf",
                            "-mcpu=v3",
                            "-I",
                            "src/main/c",
                            "-idirafter",
                            "/usr/include/" + machine + "-linux-gnu",
                            "-c",
                            c.toString(),
                            "-o",
                            object.toString()))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(clang.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (clang.waitFor() != 0) {
                throw new AssertionError(said);
            }
            byte[] compiled = Files.readAllBytes(object);
            Files.delete(object);
            Files.delete(c);
            Files.delete(folder);
            return compiled;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
