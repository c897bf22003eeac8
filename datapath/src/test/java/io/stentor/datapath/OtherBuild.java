package io.stentor.datapath;

import io.stentor.bpf.Bytes;
import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.btf.Btf;
import io.stentor.bpf.btf.Elf;
import io.stentor.bpf.btf.MapDeclaration;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.gen.GenerateLayouts;
import io.stentor.bpf.generated.Config;
import io.stentor.datapath.attach.Blueprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The programs compiled from headers that were changed: a build whose maps have other layouts.
record OtherBuild(Description layout, List<MapSpec<?, ?>> maps, Map<String, byte[]> objects) {
    private static final Path HEADERS = Path.of("../bpf/src/main/c");

    /// What is replaced in a header, once.
    record Change(String header, String from, String to) {}

    static OtherBuild of(Path folder, List<Change> changes) throws IOException, InterruptedException {
        copy(folder);
        for (Change change : changes) {
            Path header = folder.resolve(change.header);
            String text = Files.readString(header);
            if (text.split(java.util.regex.Pattern.quote(change.from), -1).length != 2) {
                throw new IllegalArgumentException(header + " has not one '" + change.from + "'");
            }
            Files.writeString(header, text.replace(change.from, change.to));
        }
        Map<String, byte[]> objects = new LinkedHashMap<>();
        for (String name : List.of("layout", "pod", "net", "overlay", "sock")) {
            objects.put(name, compiled(folder, name));
        }
        String java = GenerateLayouts.generate(objects, "other").get("Layouts.java");
        Description layout =
                Description.parse(java.split("\"\"\"", 3)[1].stripIndent().strip() + "\n");
        objects.remove("layout");
        return new OtherBuild(layout, specs(objects), objects);
    }

    private static void copy(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(HEADERS)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Path to = folder.resolve(HEADERS.relativize(file));
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    private static byte[] compiled(Path folder, String name) throws IOException, InterruptedException {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
        Path object = folder.resolve(name + ".o");
        List<String> command = new ArrayList<>(List.of("clang-19", "-g", "-O2", "-target", "bpf", "-mcpu=v3"));
        command.addAll(List.of("-Wall", "-Wextra", "-Werror", "-I", folder.toString()));
        command.addAll(List.of("-idirafter", "/usr/include/" + machine + "-linux-gnu", "-c"));
        command.addAll(List.of(folder.resolve("prog/" + name + ".bpf.c").toString(), "-o", object.toString()));
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new AssertionError("the changed headers do not compile");
        }
        return Files.readAllBytes(object);
    }

    private static List<MapSpec<?, ?>> specs(Map<String, byte[]> objects) {
        Map<String, MapSpec<?, ?>> all = new TreeMap<>();
        for (byte[] object : objects.values()) {
            for (MapDeclaration declared : MapDeclaration.of(Btf.of(Elf.parse(object)))) {
                all.put(declared.name(), spec(declared, declared.owner().orElseThrow()));
            }
        }
        return List.copyOf(all.values());
    }

    private static MapSpec<?, ?> spec(MapDeclaration declared, MapOwner owner) {
        MapDeclaration.Numbers numbers = declared.numbers();
        Optional<MapSpec<?, ?>> inner = declared.types().inner().map(map -> spec(map, owner));
        return new MapSpec<>(
                declared.name(),
                numbers.type(),
                codec(numbers.keySize()),
                codec(numbers.valueSize()),
                new MapSpec.Shape(numbers.maxEntries(), numbers.flags(), owner, inner));
    }

    private static Codec<?> codec(int size) {
        return size == 0 ? Codec.NOTHING : Bytes.codec(size);
    }

    Blueprint blueprint(Config config) {
        return new Blueprint(
                layout,
                maps,
                objects.entrySet().stream()
                        .map(object -> Blueprint.ObjectFile.of(object.getKey(), object.getValue()))
                        .toList(),
                Map.of(".rodata.config", config.encode()),
                Map.of());
    }
}
