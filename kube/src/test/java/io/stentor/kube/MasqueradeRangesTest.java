package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Cidr;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MasqueradeRangesTest {

    private static final Path FILE = Path.of("/etc/config/ip-masq-agent");

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            nonMasqueradeCIDRs: [10.1.0.0/16]                                     => [10.1.0.0/16, 169.254.0.0/16, fe80::/10]
            {"nonMasqueradeCIDRs": ["10.1.0.0/16"], "masqLinkLocal": true}        => [10.1.0.0/16, fe80::/10]
            {nonMasqueradeCIDRs: [fd00::/8], masqLinkLocalIPv6: true}             => [fd00::/8, 169.254.0.0/16]
            masqLinkLocal: true                                                   => [fe80::/10]
            """)
    void a_file_says_what_is_not_masqueraded_to(String text, String ranges) {
        Translated<Set<Cidr>> read = MasqueradeRanges.parse(FILE, text);
        assertThat(read.problems()).isEmpty();
        assertThat(read.rows()).hasToString(ranges);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            {nonMasqueradeCIDRs: [10.1.0.0]}          => /etc/config/ip-masq-agent nonMasqueradeCIDRs[0]: '10.1.0.0' is not a CIDR: left out
            {nonMasqueradeCIDRs: [], masqLinkLocal: 7}  => /etc/config/ip-masq-agent masqLinkLocal: '7' is neither true nor false; taken as false
            {nonMasqueradeCIDR: [10.1.0.0/16]}        => /etc/config/ip-masq-agent nonMasqueradeCIDR: nobody knows this key; did you mean nonMasqueradeCIDRs?
            {nonMasq                                  => /etc/config/ip-masq-agent: is neither YAML nor JSON; what it said before holds
            10.0.0.0/8                                => /etc/config/ip-masq-agent: holds no keys such as nonMasqueradeCIDRs; what it said before holds
            !cause                                    => /etc/config/ip-masq-agent: cannot be read: cause
            """)
    void what_makes_no_sense_is_said(String text, String problem) {
        assertThat(MasqueradeRanges.parse(FILE, text).problems())
                .extracting(Object::toString)
                .containsExactly(problem);
    }

    @Test
    void no_file_means_the_reserved_ranges_and_a_new_file_is_seen(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("ip-masq-agent");
        Store store = new Store(State.awaiting(Set.of(Source.MASQUERADE)));
        try (MasqueradeRanges _ = MasqueradeRanges.start(file, store, Duration.ofMillis(10))) {
            assertThat(store.current().synced()).isTrue();
            assertThat(store.current().table(Table.UNMASQUERADED).size()).isEqualTo(13);
            Files.writeString(file, "nonMasqueradeCIDRs: [10.1.0.0/16]");
            ApiServer.await(() -> store.current().table(Table.UNMASQUERADED).size() == 3);
            Files.writeString(file, "{");
            ApiServer.await(() -> !store.current().problems().isEmpty());
            assertThat(store.current().table(Table.UNMASQUERADED).containsKey(Cidr.of("10.1.0.0/16")))
                    .isTrue();
        }
    }
}
