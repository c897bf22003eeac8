package io.stentor.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.gen.GenerateLayouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The committed Java is what the C headers say.
class LayoutTest {
    @Test
    void committed_layouts_are_what_the_objects_declare() throws IOException {
        assertSame(
                objects(Path.of("target/bpf"), Path.of("target/classes/io/stentor/bpf")),
                "src/main/java/io/stentor/bpf/generated",
                "io.stentor.bpf.generated");
    }

    @Test
    void committed_layouts_of_the_sample_are_what_it_declares() throws IOException {
        assertSame(
                Map.of("sample.bpf.o", Files.readAllBytes(Path.of("target/test-classes/io/stentor/bpf/sample.bpf.o"))),
                "src/test/java/io/stentor/bpf/sample/generated",
                "io.stentor.bpf.sample.generated");
    }

    private static void assertSame(Map<String, byte[]> objects, String folder, String javaPackage) throws IOException {
        Map<String, String> committed = new TreeMap<>();
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            for (Path file : files.toList()) {
                committed.put(file.getFileName().toString(), normal(Files.readString(file)));
            }
        }
        Map<String, String> derived = new TreeMap<>(GenerateLayouts.generate(objects, javaPackage));
        derived.replaceAll((name, text) -> normal(text));
        TreeSet<String> changed = new TreeSet<>(committed.keySet());
        changed.addAll(derived.keySet());
        changed.removeIf(name -> Objects.equals(committed.get(name), derived.get(name)));
        assertThat(changed)
                .as("run 'make gen' and commit what it changes in %s", folder)
                .isEmpty();
    }

    static Map<String, byte[]> objects(Path... folders) throws IOException {
        Map<String, byte[]> objects = new TreeMap<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".bpf.o")).toList()) {
                    objects.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        }
        return objects;
    }

    private static String normal(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
