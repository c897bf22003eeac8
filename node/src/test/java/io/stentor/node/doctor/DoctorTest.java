package io.stentor.node.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.KernelVersion;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Route;
import io.stentor.model.Problem;
import io.stentor.node.ForeignNetworks;
import io.stentor.node.HostFirewall;
import io.stentor.node.doctor.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorTest {
    private static final Doctor.Plan PLAN = new Doctor.Plan(8472, Path.of("/sys/fs/bpf"));

    @TempDir
    private Path root;

    private FakeKernel kernel = new FakeKernel();
    private ForeignNetworks.Findings networks = new ForeignNetworks.Findings(Optional.empty(), List.of());
    private List<HostFirewall.Verdict> firewall = List.of();

    @BeforeEach
    void aHostThatIsWell() throws IOException {
        write("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n");
        write("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
        device("eth0", 1500);
    }

    private void write(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }

    private void device(String name, int mtu) {
        var spec = new LinkSpec.Veth(name, List.of(LinkSetting.mtu(mtu), LinkSetting.up()), name + "peer", List.of());
        int index = kernel.netlink().addLink(spec).orElseThrow().index();
        kernel.netlink().addRoute(Route.byDefault(IpVersion.IPV4).dev(index).metric(index));
    }

    private List<Finding> examine() {
        return new Doctor(kernel, root, new Doctor.Surroundings(() -> networks, () -> firewall)).examine(PLAN);
    }

    private List<Finding> about(String subject) {
        return examine().stream()
                .filter(finding -> finding.subject().equals(subject))
                .toList();
    }

    private static List<Level> levels(List<Finding> findings) {
        return findings.stream().map(Finding::level).toList();
    }

    @Test
    void a_host_that_is_well_has_nothing_but_ok() {
        assertThat(examine()).allMatch(finding -> finding.level() == Level.OK);
        assertThat(examine())
                .extracting(Finding::subject)
                .contains("distribution", "kernel", "MTU", "forwarding IPv4", "port 8472/UDP", "other networks");
    }

    @Test
    void an_old_kernel_and_one_that_lacks_what_is_needed_are_errors() {
        kernel = new FakeKernel(new KernelVersion(5, 4));
        kernel.bpf().without(Feature.VXLAN).without(Feature.TCX);
        assertThat(levels(about("kernel"))).containsExactly(Level.ERROR);
        assertThat(about("kernel feature"))
                .containsExactly(Finding.error(
                        "kernel feature",
                        "no VXLAN",
                        "the agent does not start without it",
                        "use a kernel with CONFIG_VXLAN, or routing-mode=native"));
        assertThat(about("kernel features").getFirst().meaning()).contains("TCX (6.6)");
    }

    @Test
    void on_an_old_kernel_maps_count_against_locked_memory() throws IOException {
        kernel = new FakeKernel(new KernelVersion(5, 10));
        write("proc/self/limits", "Max locked memory         65536                65536                bytes\n");
        write("proc/self/status", "CapEff:\t0000000000201000\n");
        assertThat(levels(about("locked memory"))).containsExactly(Level.ERROR);
        write("proc/self/status", "CapEff:\t000001ffffffffff\n");
        assertThat(levels(about("locked memory"))).containsExactly(Level.OK);
    }

    @ParameterizedTest
    @CsvSource({"tsc, OK", "kvm-clock, OK", "hpet, WARNING", "acpi_pm, WARNING"})
    void a_slow_clock_is_a_warning(String name, Level level) throws IOException {
        write("sys/devices/system/clocksource/clocksource0/current_clocksource", name + "\n");
        assertThat(levels(about("clock source"))).containsExactly(level);
    }

    @Test
    void an_mtu_that_leaves_too_little_for_ipv6_and_two_that_differ_are_warnings() {
        device("eth1", 1300);
        assertThat(about("MTU"))
                .extracting(finding -> finding.level() + " " + finding.found())
                .containsExactly(
                        "ok eth0 1500, 1450 for pods in a tunnel over IPv4",
                        "warning eth1 1300",
                        "warning eth0 1500, eth1 1300");
    }

    @Test
    void a_strict_reverse_path_filter_is_a_warning_where_there_are_two_ways() {
        kernel.sysctls().set("net/ipv4/conf/all/rp_filter", "1");
        assertThat(levels(about("reverse path filter"))).containsExactly(Level.OK);
        device("eth1", 1500);
        kernel.sysctls().set("net/ipv4/conf/eth1/rp_filter", "2");
        assertThat(levels(about("reverse path filter"))).containsExactly(Level.WARNING, Level.OK);
    }

    @Test
    void a_file_that_switches_forwarding_off_is_a_warning() throws IOException {
        write("etc/sysctl.d/90-hard.conf", "# no router\nnet/ipv4/ip_forward = 0\n");
        Finding found = about("forwarding IPv4").getFirst();
        assertThat(found.level()).isEqualTo(Level.WARNING);
        assertThat(found.advice()).isEqualTo("take net.ipv4.ip_forward out of /etc/sysctl.d/90-hard.conf");
        assertThat(levels(about("forwarding IPv6"))).containsExactly(Level.OK);
    }

    @Test
    void a_port_that_somebody_else_has_is_an_error_and_one_of_our_own_is_not() throws IOException {
        String head =
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
        String line = "   0: %s 00000000:0000 %s 00000000:00000000 00:00000000 00000000     0        0 %s 1 0\n";
        write("proc/thread-self/net/tcp", head + line.formatted("0100007F:2697", "0A", "77"));
        write("proc/thread-self/net/tcp6", head + line.formatted("00000000:26EA", "01", "78"));
        write("proc/thread-self/net/udp", head + line.formatted("00000000:2118", "07", "0"));
        Files.createDirectories(root.resolve("proc/42/fd"));
        Files.createSymbolicLink(root.resolve("proc/42/fd/5"), Path.of("socket:[77]"));
        write("proc/42/cmdline", "/usr/bin/exporter\0--all\0");
        assertThat(about("port 9879/TCP"))
                .containsExactly(Finding.error(
                        "port 9879/TCP",
                        "in use by exporter",
                        "the agent needs it for the agent's health and does not start",
                        "end what uses it, or set another agent-health-port"));
        assertThat(levels(about("port 9962/TCP"))).containsExactly(Level.OK);
        assertThat(levels(about("port 8472/UDP"))).containsExactly(Level.ERROR);
        write("proc/42/cmdline", "/usr/bin/java\0io.stentor.agent.AgentMain\0");
        Files.createDirectories(root.resolve("sys/class/net/stentor_vxlan"));
        assertThat(levels(about("port 9879/TCP"))).containsExactly(Level.OK);
        assertThat(levels(about("port 8472/UDP"))).containsExactly(Level.OK);
    }

    @Test
    void what_others_have_is_told() {
        networks = new ForeignNetworks.Findings(
                Optional.of("Cilium is at work"), List.of(new Problem("host", "flannel", "has left its link")));
        firewall = List.of(
                new HostFirewall.Verdict("iptables-nft FORWARD", true, true),
                new HostFirewall.Verdict("nft inet filter forward", true, false));
        assertThat(levels(about("other networks"))).containsExactly(Level.ERROR, Level.WARNING);
        assertThat(levels(about("firewall"))).containsExactly(Level.OK, Level.WARNING);
    }
}
