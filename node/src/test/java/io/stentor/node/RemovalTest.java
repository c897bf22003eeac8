package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.node.Ledger.Entry;
import io.stentor.node.Ledger.FirewallRule;
import io.stentor.node.Ledger.Made;
import io.stentor.node.Ledger.Mounted;
import io.stentor.node.Ledger.Moved;
import io.stentor.node.Ledger.Pinned;
import io.stentor.node.Ledger.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemovalTest {
    private static final String FORWARD = "net/ipv4/ip_forward";

    @TempDir
    private Path directory;

    private final FakeKernel kernel = new FakeKernel();
    private Path state = Path.of("");
    private Path host = Path.of("");

    @BeforeEach
    void makeHost() throws IOException {
        state = directory.resolve("lib/stentor");
        host = Files.createDirectory(directory.resolve("host"));
    }

    private Removal removal() {
        return new Removal(kernel, new Removal.Places(state, host.resolve("bpf"), host.resolve("agent.sock")));
    }

    /// Enters changes, in a state directory that is ours.
    private Ledger entered(Entry... entries) throws IOException {
        Files.createDirectories(state);
        Ledger ledger = Ledger.open(state.resolve(Ledger.FILE));
        ledger.enter(new Made(state.getParent()));
        ledger.enter(new Made(state));
        for (Entry entry : entries) {
            ledger.enter(entry);
        }
        return ledger;
    }

    /// Takes all steps; each may have its remark.
    private List<String> run() throws IOException {
        List<String> left = new ArrayList<>();
        for (Step step : removal().steps()) {
            step.work().run().ifPresent(why -> left.add(step.object() + ": " + why));
        }
        return left;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.map(path -> directory.relativize(path).toString())
                    .filter(name -> !name.isEmpty() && !name.equals("host"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void a_kernel_parameter_is_as_it_was_unless_somebody_has_set_it_since() throws IOException {
        kernel.sysctls().set(FORWARD, "1");
        kernel.sysctls().set("net/ipv6/conf/eth0/accept_ra", "0");
        entered(
                new Sysctl(FORWARD, "0", "1"),
                new Sysctl("net/ipv6/conf/eth0/accept_ra", "1", "2"),
                new Sysctl("net/gone", "1", "2"));
        assertThat(run())
                .containsExactly(
                        "net/gone: it is no more", "net/ipv6/conf/eth0/accept_ra: somebody has set it to 0 since");
        assertThat(kernel.sysctls().get(FORWARD)).isEqualTo("0");
        assertThat(kernel.sysctls().get("net/ipv6/conf/eth0/accept_ra")).isEqualTo("0");
        assertThat(files()).isEmpty();
    }

    @Test
    void what_the_switch_of_forwarding_drags_along_is_put_right_after_it() throws IOException {
        kernel.sysctls().set("net/ipv4/conf/all/accept_redirects", "0");
        Ledger ledger = entered();
        assertThat(new HostSettings(kernel, ledger, NetworkFacts.tunnel(true, false)).ensure(List.of()))
                .isEmpty();
        // As the kernel does, when the switch is turned back.
        List<Step> steps = removal().steps();
        int redirects = index(steps, "net/ipv4/conf/all/accept_redirects");
        assertThat(redirects).isGreaterThan(index(steps, FORWARD));
        for (Step step : steps) {
            if (step.object().equals("net/ipv4/conf/all/accept_redirects")) {
                kernel.sysctls().set(step.object(), "1");
            }
            assertThat(step.work().run()).isEmpty();
        }
        assertThat(kernel.sysctls().get("net/ipv4/conf/all/accept_redirects")).isEqualTo("0");
    }

    private static int index(List<Step> steps, String object) {
        return steps.stream().map(Step::object).toList().indexOf(object);
    }

    @Test
    void a_file_that_was_moved_is_moved_back_unless_there_is_another() throws IOException {
        Path moved = host.resolve("10-flannel.conflist");
        Path taken = host.resolve("20-other.conf");
        Path same = host.resolve("30-same.conf");
        Files.writeString(host.resolve("10-flannel.conflist.stentor_bak"), "flannel");
        Files.writeString(host.resolve("20-other.conf.stentor_bak"), "old");
        Files.writeString(taken, "new");
        Files.writeString(host.resolve("30-same.conf.stentor_bak"), "same");
        Files.writeString(same, "same");
        entered(
                new Moved(moved, host.resolve("10-flannel.conflist.stentor_bak")),
                new Moved(taken, host.resolve("20-other.conf.stentor_bak")),
                new Moved(same, host.resolve("30-same.conf.stentor_bak")));
        assertThat(run())
                .containsExactly(host + "/20-other.conf.stentor_bak: somebody has written another " + taken + " since");
        assertThat(files())
                .containsExactly(
                        "host/10-flannel.conflist",
                        "host/20-other.conf",
                        "host/20-other.conf.stentor_bak",
                        "host/30-same.conf");
    }

    @Test
    void what_was_made_goes_and_directories_that_others_use_stay() throws IOException {
        Path cni = Files.createDirectories(host.resolve("etc/cni"));
        Path run = Files.createDirectories(host.resolve("run/stentor"));
        Path file = Files.writeString(cni.resolve("05-stentor.conflist"), "{}");
        Files.writeString(cni.resolve("05-stentor.conflist.new"), "{");
        Files.writeString(run.resolve("others"), "");
        entered(new Made(host.resolve("etc")), new Made(cni), new Made(run), new Made(file));
        assertThat(run()).containsExactly(run + ": others have files in it");
        assertThat(files()).containsExactly("host/run", "host/run/stentor", "host/run/stentor/others");
    }

    @Test
    void pins_go_and_the_bpf_file_system_if_nobody_else_uses_it() throws IOException {
        Path bpf = host.resolve("bpf");
        Files.createDirectories(bpf.resolve("stentor/0123/maps"));
        kernel.mounts().ensureBpffs(bpf);
        entered(new Mounted(bpf), new Pinned(bpf));
        assertThat(run()).isEmpty();
        assertThat(kernel.mounts().isBpffs(bpf)).isFalse();
        assertThat(files()).containsExactly("host/bpf");

        kernel.mounts().ensureBpffs(bpf);
        Files.createDirectory(bpf.resolve("others"));
        entered(new Mounted(bpf), new Pinned(bpf));
        assertThat(run()).containsExactly(bpf + ": others have pins on it");
        assertThat(kernel.mounts().isBpffs(bpf)).isTrue();
    }

    @Test
    void a_firewall_rule_is_deleted_if_it_is_there() throws IOException {
        Path log = host.resolve("log");
        Path program = Files.writeString(
                host.resolve("iptables"),
                "#!/bin/sh\necho \"$*\" >>" + log + "\ncase \"$*\" in *-C*gone*) exit 1;; esac\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        entered(
                new FirewallRule(program.toString(), "FORWARD", List.of("-i", "gone")),
                new FirewallRule(program.toString(), "FORWARD", List.of("-i", "stn+")));
        assertThat(run()).isEmpty();
        assertThat(log).hasContent("-w 5 -C FORWARD -i stn+\n-w 5 -D FORWARD -i stn+\n-w 5 -C FORWARD -i gone\n");
    }

    @Test
    void links_and_routes_are_known_by_name_and_number_also_without_a_ledger() throws IOException {
        kernel.netlink().addLink(new LinkSpec.Veth("stn0123456789ab", List.of(), "pod0", List.of()));
        kernel.netlink().addLink(new LinkSpec.Veth("eth0", List.of(LinkSetting.up()), "peer0", List.of()));
        int eth0 = kernel.netlink().link("eth0").orElseThrow().index();
        kernel.netlink().addRoute(Route.to(Prefix.of("10.0.1.0/24")).dev(eth0).protocol(PodLinks.PROTOCOL));
        kernel.netlink().addRoute(Route.to(Prefix.of("10.0.9.0/24")).dev(eth0));
        Files.createDirectories(host.resolve("bpf/stentor/links"));
        Files.writeString(host.resolve("agent.sock"), "");
        assertThat(removal().pods()).containsExactly("stn0123456789ab");
        assertThat(run()).isEmpty();
        assertThat(kernel.netlink().links())
                .extracting(link -> link.name())
                .containsExactlyInAnyOrder("lo", "eth0", "peer0");
        assertThat(kernel.netlink().routes()).noneMatch(route -> route.protocol() == PodLinks.PROTOCOL);
        assertThat(kernel.netlink().routes())
                .anyMatch(route -> route.destination().toString().equals("10.0.9.0/24"));
        assertThat(files()).containsExactly("host/bpf");
        assertThat(removal().steps()).isEmpty();
    }

    @Test
    void killed_between_any_two_steps_it_is_done_by_the_next() throws IOException {
        int killedAfter = 0;
        boolean killed = true;
        while (killed) {
            kernel.sysctls().set(FORWARD, "1");
            Path made = Files.writeString(host.resolve("made"), "");
            Path aside = Files.writeString(host.resolve("10-x.conf.stentor_bak"), "x");
            entered(new Sysctl(FORWARD, "0", "1"), new Made(made), new Moved(host.resolve("10-x.conf"), aside));
            Files.createDirectories(state.resolve("endpoints"));
            Files.writeString(state.resolve("endpoints/1.json"), "{}");
            List<Step> steps = removal().steps();
            killed = killedAfter < steps.size();
            for (Step step : steps.subList(0, Math.min(killedAfter, steps.size()))) {
                assertThat(step.work().run()).isEqualTo(Optional.empty());
            }
            killedAfter++;
            assertThat(run()).isEmpty();
            assertThat(files()).containsExactly("host/10-x.conf");
            assertThat(kernel.sysctls().get(FORWARD)).isEqualTo("0");
            Files.delete(host.resolve("10-x.conf"));
        }
        assertThat(killedAfter).isGreaterThan(4);
    }

    @Test
    void a_state_directory_that_was_renamed_before_the_end_goes_too() throws IOException {
        Files.createDirectories(directory.resolve("lib/stentor.removed/endpoints"));
        assertThat(run()).isEmpty();
        assertThat(files()).containsExactly("lib");
    }

    @Test
    void a_state_directory_that_was_there_before_is_emptied_of_what_is_ours() throws IOException {
        Files.createDirectories(state.resolve("endpoints"));
        Files.writeString(state.resolve("cluster.json"), "{}");
        Files.writeString(state.resolve("ledger.json"), "[]");
        Files.writeString(state.resolve("notes.txt"), "mine");
        assertThat(run()).isEmpty();
        assertThat(files()).containsExactly("lib", "lib/stentor", "lib/stentor/notes.txt");
    }

    @Test
    void while_an_agent_runs_nothing_is_undone() throws Exception {
        assertThat(removal().lock()).isEmpty();
        entered();
        try (AgentLock _ = AgentLock.take(state)) {
            assertThatThrownBy(() -> removal().lock())
                    .isInstanceOf(IOException.class)
                    .hasMessage("another agent works with the state directory " + state);
        }
        try (AutoCloseable _ = removal().lock().orElseThrow()) {
            assertThatThrownBy(() -> AgentLock.take(state)).isInstanceOf(IOException.class);
        }
    }
}
