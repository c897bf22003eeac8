package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.lab.api.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkConfigurationTest {

    private static NetworkConfiguration parse(String text) throws CniException {
        return NetworkConfiguration.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void the_highest_version_that_both_know_is_spoken_and_plugins_get_their_part() throws Exception {
        NetworkConfiguration network = parse("""
                {"name": "n", "cniVersion": "1.0.0", "cniVersions": ["0.4.0", "1.0.0", "1.1.0"],
                 "plugins": [{"type": "a", "x": 1}, {"type": "b"}]}""");
        assertThat(network.version()).isEqualTo("1.1.0");
        assertThat(network.input(0, Optional.empty()))
                .hasToString("{\"type\":\"a\",\"x\":1,\"cniVersion\":\"1.1.0\",\"name\":\"n\"}");
        assertThat(network.input(1, Optional.of(Json.object().put("r", 1))).path("prevResult"))
                .hasToString("{\"r\":1}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"plugins\":[{\"type\":\"a\"}]} | network configuration has no name",
                "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"plugins\":[]} | network configuration 'n' lists no plugin, or one without a type",
                "{\"name\":\"n\",\"cniVersion\":\"9.0.0\",\"plugins\":[{\"type\":\"a\"}]} | network configuration speaks CNI 9.0.0; this runtime knows 1.1.0, 1.0.0, 0.4.0",
            })
    void what_cannot_be_used_is_refused_with_a_reason(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(CniException.class).hasMessage(message);
    }

    @Test
    void the_first_file_by_name_counts_and_backups_do_not(@TempDir Path folder) throws Exception {
        assertThat(NetworkConfiguration.first(folder)).isEmpty();
        Files.writeString(folder.resolve("01-a.conflist.stentor_bak"), "broken");
        Files.writeString(folder.resolve("10-b.conf"), "{\"name\":\"b\",\"cniVersion\":\"1.0.0\",\"type\":\"x\"}");
        Files.writeString(
                folder.resolve("05-c.conflist"),
                "{\"name\":\"c\",\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"x\"}]}");
        assertThat(NetworkConfiguration.first(folder).map(NetworkConfiguration::name))
                .contains("c");
    }
}
