package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The texts in `case/` say what comes of services: [ServiceCase]. `-Drewrite=true` writes what really comes into them,
/// to be read before it is committed.
class ServiceCasesTest {
    private static final Path CASES = Path.of("src/test/resources/io/stentor/datapath/compile/case");

    static List<Path> cases() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void maps_hold_what_the_case_says(Path file) throws IOException {
        String expected = Files.readString(file);
        String found = ServiceCase.run(expected);
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(file, found);
        }
        assertThat(found).isEqualTo(expected);
    }
}
