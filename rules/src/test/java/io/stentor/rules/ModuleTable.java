package io.stentor.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The table of modules in `ARCHITECTURE.md`: the only place that says which module may use which.
///
/// A line is `| **name/** | modules | packages of libraries | words |`, in the order of the build. What a module uses
/// stands above it.
final class ModuleTable {

    private static final Pattern LINE =
            Pattern.compile("\\| \\*\\*([a-z]+)/\\*\\* \\|([^|]*)\\|([^|]*)\\|.*", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("[a-z0-9.]+");

    /// A line.
    ///
    /// @param name      of the module, and of its package below `io.stentor`
    /// @param modules   that it may use besides itself
    /// @param libraries packages outside the JDK that it may use, those below included
    record Module(String name, List<String> modules, List<String> libraries) {

        /// What its classes may use, as ArchUnit writes packages.
        String[] packages() {
            List<String> all = new ArrayList<>(List.of("java..", "javax..", "jdk..", "com.sun..", "org.jspecify.."));
            Stream.concat(Stream.of(name), modules.stream()).forEach(module -> all.add("io.stentor." + module + ".."));
            libraries.forEach(library -> all.add(library + ".."));
            return all.toArray(String[]::new);
        }
    }

    private final List<Module> modules;

    private ModuleTable(List<Module> modules) {
        this.modules = modules;
    }

    static ModuleTable read(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return new ModuleTable(lines.map(LINE::matcher)
                    .filter(Matcher::matches)
                    .map(line -> new Module(line.group(1), words(line.group(2)), words(line.group(3))))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> words(String cell) {
        return WORD.matcher(cell).results().map(result -> result.group()).toList();
    }

    List<Module> modules() {
        return modules;
    }

    List<String> names() {
        return modules.stream().map(Module::name).toList();
    }
}
