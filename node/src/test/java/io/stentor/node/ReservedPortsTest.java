package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.fake.FakeKernel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReservedPortsTest {
    private static final String RESERVED = "net/ipv4/ip_local_reserved_ports";
    private static final String RANGE = "net/ipv4/ip_local_port_range";

    @TempDir
    private Path state;

    private final FakeKernel kernel = new FakeKernel();

    private Ledger ledger() throws IOException {
        return Ledger.open(state.resolve(Ledger.FILE));
    }

    private void ensure(int first, int last) throws IOException {
        assertThat(new ReservedPorts(kernel, ledger(), PortList.range(first, last)).ensure())
                .isEmpty();
    }

    private String reserved() {
        return kernel.sysctls().get(RESERVED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            32768 60999 | 30000 | 32767 | ''        | ''
            32767 60999 | 30000 | 32767 | ''        | 30000-32767
            1024  65535 | 30000 | 32767 | 8080,9148 | 8080,9148,30000-32767
            1024  65535 | 30000 | 32767 | 31000     | 30000-32767
            1024  65535 | 30000 | 30000 | 29999     | 29999-30000
            """)
    void ports_are_reserved_where_the_kernel_might_take_one_and_given_back(
            String range, int first, int last, String before, String after) throws IOException {
        kernel.sysctls().put(RANGE, range.replaceAll(" +", "\t")).put(RESERVED, before);

        ensure(first, last);
        ensure(first, last);

        assertThat(reserved()).isEqualTo(after);
        new Restoration(kernel, ledger()).steps(_ -> true).forEach(step -> {
            try {
                assertThat(step.work().run()).isEmpty();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(reserved()).isEqualTo(before);
        assertThat(ledger().entries()).isEmpty();
    }

    @Test
    void what_others_have_reserved_since_stays() throws Exception {
        kernel.sysctls().put(RANGE, "1024\t65535").put(RESERVED, "");
        ensure(30000, 32767);
        kernel.sysctls().set(RESERVED, "8080,30000-32767,50000");

        for (Step step : new Restoration(kernel, ledger()).steps(_ -> true)) {
            assertThat(step.work().run()).isEmpty();
        }

        assertThat(reserved()).isEqualTo("8080,50000");
    }

    @Test
    void a_kernel_that_does_not_let_it_be_done_is_a_problem() throws IOException {
        assertThat(new ReservedPorts(kernel, ledger(), PortList.range(30000, 32767)).ensure())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.reason()).startsWith("node ports 30000-32767 cannot be reserved"));
        assertThatThrownBy(() -> PortList.parse("1-x")).isInstanceOf(IllegalArgumentException.class);
    }
}
