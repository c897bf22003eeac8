package io.stentor.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.stentor.model.breach.CallsNativeCode;
import io.stentor.model.breach.ReadsAFile;
import io.stentor.model.breach.UsesALibrary;
import io.stentor.model.breach.UsesAModuleBelow;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Which module may use which, as the table in `ARCHITECTURE.md` says, and the few rules beside it.
class ModuleRulesTest {

    private static final Path ROOT = Path.of("..");
    private static final ModuleTable TABLE = ModuleTable.read(ROOT.resolve("ARCHITECTURE.md"));
    private static final Pattern POM_MODULE = Pattern.compile("<module>([a-z]+)</module>");

    /// The programs' classes, without those of tests.
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.stentor");

    private static final ArchRule NATIVE_CODE_IN_KERNEL_ALONE = noClasses()
            .that()
            .resideOutsideOfPackage("io.stentor.kernel..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class, Arena.class)
            .orShould()
            .callMethod(MemorySegment.class, "reinterpret", long.class)
            .orShould()
            .callMethod(System.class, "load", String.class)
            .orShould()
            .callMethod(System.class, "loadLibrary", String.class)
            .because("kernel is the one door to Linux; elsewhere a MemorySegment is a view of bytes");

    private static final ArchRule MODEL_DOES_NO_IO = noClasses()
            .that()
            .resideInAPackage("io.stentor.model..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels.."))
            .because("facts are values");

    @SuppressWarnings("UnusedMethod") // a MethodSource
    private static List<ModuleTable.Module> modules() {
        return TABLE.modules();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void a_module_uses_what_its_line_says(ModuleTable.Module module) {
        uses(module).check(CLASSES);
    }

    private static ArchRule uses(ModuleTable.Module module) {
        return classes()
                .that()
                .resideInAPackage("io.stentor." + module.name() + "..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(module.packages()))
                .as("Module " + module.name() + " uses " + module.modules() + " and " + module.libraries()
                        + ", as ARCHITECTURE.md says")
                .allowEmptyShould(true);
    }

    @Test
    void the_table_has_the_modules_of_the_build_in_their_order() throws IOException {
        List<String> built = POM_MODULE
                .matcher(Files.readString(ROOT.resolve("pom.xml")))
                .results()
                .map(result -> result.group(1))
                .toList();
        assertThat(TABLE.names()).isEqualTo(built);
    }

    @Test
    void a_module_uses_only_what_stands_above_it() {
        Set<String> above = new HashSet<>();
        for (ModuleTable.Module module : TABLE.modules()) {
            assertThat(above).as("above " + module.name()).containsAll(module.modules());
            above.add(module.name());
        }
    }

    @Test
    void every_class_belongs_to_a_module_of_the_table() {
        Set<String> seen = CLASSES.stream()
                .map(type -> type.getPackageName().split("\\."))
                .map(parts -> parts[2])
                .collect(Collectors.toSet());
        assertThat(TABLE.names()).containsAll(seen);
        assertThat(seen).as("modules whose classes were read").contains("model", "kernel", "agent", "operator", "lab");
    }

    @Test
    void native_code_is_called_by_kernel_alone() {
        NATIVE_CODE_IN_KERNEL_ALONE.check(CLASSES);
    }

    @Test
    void the_kernel_is_entered_by_its_door() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.stentor.kernel..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.stentor.kernel.linux.."))
                .check(CLASSES);
    }

    @Test
    void the_fake_kernel_is_for_tests() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.stentor.kernel.fake..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.stentor.kernel.fake.."))
                .check(CLASSES);
    }

    @Test
    void facts_do_no_io() {
        MODEL_DOES_NO_IO.check(CLASSES);
    }

    @Test
    void nothing_is_done_by_reflection() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.lang.reflect..", "sun.misc.."))
                .check(CLASSES);
    }

    @Test
    void a_breach_is_noticed() {
        ArchRule model = uses(TABLE.modules().getFirst());
        assertThat(isBroken(model, UsesALibrary.class)).isTrue();
        assertThat(isBroken(model, UsesAModuleBelow.class)).isTrue();
        assertThat(isBroken(NATIVE_CODE_IN_KERNEL_ALONE, CallsNativeCode.class)).isTrue();
        assertThat(isBroken(MODEL_DOES_NO_IO, ReadsAFile.class)).isTrue();
    }

    private static boolean isBroken(ArchRule rule, Class<?> type) {
        return rule.evaluate(new ClassFileImporter().importClasses(type)).hasViolation();
    }
}
