package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.node.Ledger.FirewallRule;
import io.stentor.node.Ledger.Made;
import io.stentor.node.Ledger.Moved;
import io.stentor.node.Ledger.Sysctl;
import io.stentor.node.NodeSettings.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    private Path directory;

    @Test
    void the_first_entry_of_a_thing_counts_and_outlives_the_agent() throws IOException {
        Path file = directory.resolve("ledger.json");
        Ledger ledger = Ledger.open(file);
        Sysctl forwarding = new Sysctl("net/ipv4/ip_forward", "0", "1");
        FirewallRule rule = new FirewallRule("iptables", "FORWARD", List.of("-i", "stn+", "-j", "ACCEPT"));
        ledger.enter(forwarding);
        ledger.enter(new Moved(Path.of("/a"), Path.of("/b")));
        ledger.enter(rule);
        ledger.enter(new Sysctl("net/ipv4/ip_forward", "1", "1"));
        ledger.strike(new Moved(Path.of("/a"), Path.of("/b")));
        assertThat(Ledger.open(file).entries()).containsExactly(forwarding, rule);
    }

    @Test
    void a_ledger_that_cannot_be_read_is_not_written_over() throws IOException {
        Path file = Files.writeString(directory.resolve("ledger.json"), "[{\"kind\":\"sysctl\"}]");
        assertThatThrownBy(() -> Ledger.open(file))
                .isInstanceOf(IOException.class)
                .hasMessage("the ledger " + file + " cannot be read: an entry without key: {\"kind\":\"sysctl\"}."
                        + " It says how the host was before Stentor: mend it, or move it away");
    }

    @Test
    void the_network_configuration_appears_alone_and_goes_with_the_others_back() throws IOException {
        Path cni = Files.createDirectory(directory.resolve("net.d"));
        Path other = Files.writeString(cni.resolve("10-flannel.conflist"), "{}");
        Files.writeString(cni.resolve("README"), "not a configuration");
        Ledger ledger = Ledger.open(directory.resolve("ledger.json"));
        Places places = new Places(directory, Path.of("/run/x.sock"), cni, true, NetworkFacts.NO_PLUGIN);
        CniConfiguration configuration = new CniConfiguration(places, ledger);
        assertThat(configuration.ensure()).isEmpty();
        assertThat(configuration.ensure()).isEmpty();
        assertThat(cni.toFile().list())
                .containsExactlyInAnyOrder(CniConfiguration.NAME, "10-flannel.conflist.stentor_bak", "README");
        assertThat(Files.readString(cni.resolve(CniConfiguration.NAME)))
                .contains("\"cniVersion\" : \"1.0.0\"", "\"1.1.0\"", "\"type\" : \"stentor-cni\"", "/run/x.sock");
        assertThat(ledger.entries())
                .containsExactly(
                        new Made(cni.resolve(CniConfiguration.NAME)),
                        new Moved(other, cni.resolve("10-flannel.conflist.stentor_bak")));
    }

    @Test
    void others_stay_where_they_are_unless_we_are_to_be_alone() throws IOException {
        Path other = Files.writeString(directory.resolve("10-flannel.conf"), "{}");
        Ledger ledger = Ledger.open(directory.resolve("ledger.json"));
        Places places = new Places(directory, Path.of("/run/x.sock"), directory, false, NetworkFacts.NO_PLUGIN);
        CniConfiguration configuration = new CniConfiguration(places, ledger);
        assertThat(configuration.ensure()).isEmpty();
        assertThat(other).exists();
        Files.writeString(directory.resolve("00-multus.conf"), "{}");
        assertThat(configuration.ensure())
                .extracting(Object::toString)
                .containsExactly(
                        "network configuration 00-multus.conf: comes before 05-stentor.conflist by its name: the"
                                + " container runtime takes it and Stentor gets no pods. Remove it, or set cni-exclusive");
    }

    @Test
    void a_firewall_of_nftables_that_drops_what_is_forwarded_is_said() {
        String chains = "{\"nftables\":[{\"metainfo\":{}},"
                + "{\"chain\":{\"family\":\"inet\",\"table\":\"filter\",\"name\":\"forward\",\"hook\":\"forward\",\"policy\":\"drop\"}},"
                + "{\"chain\":{\"family\":\"inet\",\"table\":\"filter\",\"name\":\"input\",\"hook\":\"input\",\"policy\":\"drop\"}},"
                + "{\"chain\":{\"family\":\"ip\",\"table\":\"filter\",\"name\":\"FORWARD\",\"hook\":\"forward\",\"policy\":\"drop\"}}]}";
        assertThat(NativeFirewall.problems(chains))
                .extracting(p -> p.field())
                .containsExactly("nft inet filter forward");
        assertThat(NativeFirewall.problems("who knows")).isEmpty();
    }
}
