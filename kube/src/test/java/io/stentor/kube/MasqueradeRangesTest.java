package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Cidr;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MasqueradeRangesTest {

    private static final Path FILE = Path.of("/etc/config/ip-masq-agent");

    private static String ranges(String text) {
        return String.join(
                " ",
                MasqueradeRanges.parse(FILE, text).rows().stream()
                        .map(Cidr::toString)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            nonMasqueradeCIDRs: [10.0.0.0/8]                                        => 10.0.0.0/8 169.254.0.0/16 fe80::/10
            {"nonMasqueradeCIDRs": [], "masqLinkLocal": true}                       => fe80::/10
            {"nonMasqueradeCIDRs": ["fd00::/8"], "masqLinkLocalIPv6": true}     => fd00::/8 169.254.0.0/16
            """)
    void the_file_names_the_ranges(String text, String ranges) {
        assertThat(ranges(text)).isEqualTo(ranges);
    }

    @Test
    void without_a_file_or_without_ranges_in_it_what_is_private_is_not_masqueraded() {
        assertThat(MasqueradeRanges.read(Path.of("/nowhere/at/all")))
                .isEqualTo(MasqueradeRanges.parse(FILE, " \n"))
                .isEqualTo(MasqueradeRanges.parse(FILE, "masqLinkLocal: false"));
        assertThat(ranges(""))
                .startsWith("10.0.0.0/8 172.16.0.0/12 ")
                .endsWith(" 240.0.0.0/4 169.254.0.0/16 fe80::/10");
    }

    @Test
    void what_makes_no_sense_is_left_out_and_said() {
        Translated<List<Cidr>> read = MasqueradeRanges.parse(FILE, "nonMasqueradeCIDRs: [10.0.0.0/33, 10.0.0.0/8]");
        assertThat(read.rows()).startsWith(Cidr.of("10.0.0.0/8"));
        assertThat(read.problems())
                .extracting(Object::toString)
                .containsExactly("/etc/config/ip-masq-agent nonMasqueradeCIDRs: '10.0.0.0/33' is not a CIDR");
        assertThat(MasqueradeRanges.parse(FILE, "][").problems())
                .extracting(Object::toString)
                .containsExactly("/etc/config/ip-masq-agent: is neither YAML nor JSON, and the usual ranges hold");
    }
}
