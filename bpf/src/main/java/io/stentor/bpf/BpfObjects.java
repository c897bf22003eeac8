package io.stentor.bpf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The compiled objects: ELF files with BTF, for libbpf.
public final class BpfObjects {
    private BpfObjects() {}

    /// Reads an object from the class path.
    ///
    /// @param name of the C file without `.bpf.c`, such as `pod`
    /// @throws IllegalArgumentException if there is no such object in this build
    public static byte[] load(String name) {
        String file = name + ".bpf.o";
        try (InputStream in = BpfObjects.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("no object " + file + " in this build: 'make -C bpf' compiles it");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
