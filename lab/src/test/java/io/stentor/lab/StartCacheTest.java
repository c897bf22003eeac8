package io.stentor.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The JVM itself would run what stood in a jar when the cache was made. Here is a checkout of two modules, as
/// `scripts/snapshot` sees one.
class StartCacheTest {

    @TempDir
    Path checkout;

    private static void tool(String name, String... arguments) {
        assertThat(ToolProvider.findFirst(name).orElseThrow().run(System.err, System.err, arguments))
                .isZero();
    }

    private Path jar(String module, String file, String source) throws IOException {
        Path sources = Files.createDirectories(checkout.resolve(module + "/src"));
        Path classes = checkout.resolve(module + "/target/classes");
        Files.writeString(sources.resolve(file), source);
        tool("javac", "-d", classes.toString(), sources.resolve(file).toString());
        Path jar = checkout.resolve(module + "/target/" + module + "-0.1.0.jar");
        tool("jar", "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
        return jar;
    }

    private Path program(String answer) throws IOException {
        return jar("cli", "Main.java", "class Main { static void main() { System.out.println(\"" + answer + "\"); } }");
    }

    @BeforeEach
    void make() throws IOException {
        Path scripts = Files.createDirectories(checkout.resolve("scripts"));
        for (String script : List.of("snapshot", "launch", "run", "jdk")) {
            Files.copy(Path.of("../scripts", script), scripts.resolve(script));
            assertThat(scripts.resolve(script).toFile().setExecutable(true)).isTrue();
        }
        Files.createDirectories(checkout.resolve("cni/target"));
        Files.writeString(checkout.resolve("cni/target/stentor-cni"), "");
        Files.createDirectories(checkout.resolve("lab/target"));
        Files.writeString(checkout.resolve("lab/target/hello"), "");
        Path kernel = jar("kernel", "module-info.java", "module io.stentor.kernel {}");
        Files.writeString(checkout.resolve("kernel/target/classpath"), "");
        Files.createDirectories(checkout.resolve("cli/target"));
        Files.writeString(checkout.resolve("cli/target/classpath"), kernel.toString());
    }

    private String execute(String cache, String options, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("STENTOR_JAVA_CACHE", cache);
        builder.environment().put("STENTOR_JAVA_OPTIONS", options);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    private String snapshot() throws Exception {
        execute("", "", checkout.resolve("scripts/snapshot").toString());
        return checkout.resolve("target/jars/current").toRealPath().toString();
    }

    private String start(String folder, String cache, String options) throws Exception {
        return execute(cache, options, folder + "/launch", "cli", "Main");
    }

    private static void train(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("cache"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".aot.new")).toList()) {
                Files.move(file, Path.of(file.toString().replaceFirst("\\.new$", "")));
            }
        }
    }

    @Test
    void a_cache_is_used_for_what_it_was_made_of_and_never_for_a_class_that_changed() throws Exception {
        program("first");
        String folder = snapshot();
        start(folder, "train", "");
        train(Path.of(folder));
        assertThat(start(folder, "", "-Xlog:class+load"))
                .contains("first")
                .containsPattern("Main source: shared objects file");
        assertThat(start(folder, "off", "-Xlog:class+load"))
                .contains("first")
                .doesNotContainPattern("Main source: shared objects file");

        Path changed = program("other");
        assertThat(snapshot()).isNotEqualTo(folder);
        assertThat(execute("", "", checkout.resolve("scripts/run").toString(), "cli", "Main"))
                .isEqualTo("other\n");

        Files.copy(changed, Path.of(folder).resolve(changed.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        assertThat(start(folder, "", "")).isEqualTo("other\n");
    }
}
