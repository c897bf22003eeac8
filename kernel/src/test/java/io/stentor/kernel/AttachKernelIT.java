package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.LinkInfo;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.linux.LinuxBpf;
import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Prefix;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttachKernelIT {
    @RegisterExtension
    static final Bench BENCH = new Bench();

    private static final ObjectSpec SAMPLE = ObjectSpec.of("sample", Sample.object("sample"));
    private static final InetAddress POD = InetAddress.ofLiteral("10.1.2.9");

    @TempDir
    Path directory;

    private final Linux linux = BENCH.linux();
    private Path netns;
    private Netlink net;
    private Link link;

    @BeforeEach
    void open() {
        netns = BENCH.namespace();
        net = BENCH.closing(linux.netlink(netns));
        link = net.addLink(new LinkSpec.Veth(
                        "stn0",
                        List.of(new LinkSetting.NoGeneratedAddress(), LinkSetting.up()),
                        "eth0",
                        List.of(new LinkSetting.NoGeneratedAddress(), LinkSetting.up())))
                .orElseThrow();
        net.addAddress(Address.of(link.index(), Prefix.of("10.1.2.3/24")));
        net.addNeighbour(Neighbour.permanent(link.index(), POD, Mac.of("02:00:00:00:00:07")));
        linux.mounts().ensureBpffs(directory);
        BENCH.closing(() -> linux.mounts().unmount(directory));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_attached_program_sees_packets_until_it_is_replaced_and_detached(boolean tcx) throws IOException {
        Bpf bpf = new LinuxBpf(tcx);
        BpfObject first = BENCH.closing(bpf.load(SAMPLE));
        BpfObject second = BENCH.closing(bpf.load(SAMPLE));
        Hook hook = new Hook.Tc(link.index(), Hook.Direction.EGRESS);
        linux.inNamespace(netns, () -> {
            try (BpfLink attached = bpf.attach(first.program("verdict"), hook)) {
                LinkInfo info = attached.info();
                assertThat(info.kind()).isEqualTo(tcx ? LinkInfo.Kind.TCX : LinkInfo.Kind.FILTER);
                assertThat(info.ifindex()).isEqualTo(link.index());
                assertThat(info.programId()).isEqualTo(first.program("verdict").id());
                send();
                assertThat(first.map("lengths").dump()).hasSize(1);

                attached.update(second.program("verdict"));

                assertThat(bpf.attached(hook))
                        .extracting(Attached::programId)
                        .containsExactly(second.program("verdict").id());
                assertThat(bpf.attached(hook)).extracting(Attached::name).containsExactly("verdict");
                send();
                assertThat(second.map("lengths").dump()).hasSize(1);
            }
            assertThat(bpf.attached(hook)).isEmpty();
            assertThat(bpf.attached(new Hook.Tc(link.index(), Hook.Direction.INGRESS)))
                    .isEmpty();
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_is_attached_for_good_is_found_and_replaced_by_the_next_agent(boolean tcx) {
        Bpf bpf = new LinuxBpf(tcx);
        BpfProgram first = BENCH.closing(bpf.load(SAMPLE)).program("verdict");
        BpfProgram second = BENCH.closing(bpf.load(SAMPLE)).program("verdict");
        Hook hook = new Hook.Tc(link.index(), Hook.Direction.INGRESS);
        Path pin = directory.resolve("stn0");
        linux.inNamespace(netns, () -> {
            bpf.attach(first, hook, pin).close();
            assertThat(bpf.attached(hook)).extracting(Attached::programId).containsExactly(first.id());

            bpf.attach(second, hook, pin).close();
            assertThat(bpf.attached(hook)).extracting(Attached::programId).containsExactly(second.id());

            bpf.attach(first, hook, pin).detach();
            assertThat(bpf.attached(hook)).isEmpty();
            assertThat(pin).doesNotExist();
            return true;
        });
    }

    @Test
    void a_filter_stands_beside_links_is_replaced_in_place_and_outlives_who_made_it() {
        Bpf bpf = linux.bpf();
        BpfProgram first = BENCH.closing(bpf.load(SAMPLE)).program("verdict");
        BpfProgram second = BENCH.closing(bpf.load(SAMPLE)).program("verdict");
        Hook.Tc egress = new Hook.Tc(link.index(), Hook.Direction.EGRESS);
        linux.inNamespace(netns, () -> {
            bpf.attachFilter(first, egress);
            assertThat(bpf.attached(egress)).extracting(Attached::programId).containsExactly(first.id());
            bpf.attachFilter(second, egress);
            assertThat(bpf.attached(egress)).extracting(Attached::programId).containsExactly(second.id());
            assertThat(bpf.removeFilter(egress)).isTrue();
            assertThat(bpf.attached(egress)).isEmpty();
            assertThat(bpf.removeFilter(new Hook.Tc(Integer.MAX_VALUE, Hook.Direction.EGRESS)))
                    .isFalse();
            return true;
        });
    }

    @Test
    void a_filter_is_removed_without_a_program_and_the_last_takes_the_qdisc_along() throws Exception {
        Bpf bpf = new LinuxBpf(false);
        BpfProgram program = BENCH.closing(bpf.load(SAMPLE)).program("verdict");
        Hook.Tc ingress = new Hook.Tc(link.index(), Hook.Direction.INGRESS);
        Hook.Tc egress = new Hook.Tc(link.index(), Hook.Direction.EGRESS);
        linux.inNamespace(netns, () -> {
            bpf.attach(program, ingress, directory.resolve("in")).close();
            bpf.attach(program, egress, directory.resolve("out")).close();
            assertThat(bpf.removeFilter(ingress)).isTrue();
            assertThat(bpf.attached(ingress)).isEmpty();
            assertThat(bpf.attached(egress)).hasSize(1);
            assertThat(bpf.removeFilter(ingress)).isFalse();
            assertThat(bpf.removeFilter(egress)).isTrue();
            assertThat(bpf.removeFilter(egress)).isFalse();
            return true;
        });
        Process tc = new ProcessBuilder("nsenter", "--net=" + netns, "tc", "qdisc", "show", "dev", "stn0").start();
        assertThat(new String(tc.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .doesNotContain("clsact");
        assertThat(tc.waitFor()).isZero();
    }

    @Test
    void a_pin_whose_device_is_gone_is_made_anew() {
        Bpf bpf = linux.bpf();
        BpfProgram program = BENCH.closing(bpf.load(SAMPLE)).program("verdict");
        Path pin = directory.resolve("stn0");
        linux.inNamespace(netns, () -> {
            bpf.attach(program, new Hook.Tc(link.index(), Hook.Direction.INGRESS), pin)
                    .close();
            net.deleteLink(link.index());
            try (BpfLink orphan = bpf.openPinnedLink(pin).orElseThrow()) {
                assertThat(orphan.info().ifindex()).isZero();
            }
            Link other = net.addLink(new LinkSpec.Bridge("br0", List.of())).orElseThrow();
            Hook hook = new Hook.Tc(other.index(), Hook.Direction.INGRESS);

            try (BpfLink again = bpf.attach(program, hook, pin)) {
                assertThat(again.info().ifindex()).isEqualTo(other.index());
                again.detach();
            }
            return true;
        });
    }

    @Test
    void xdp_is_attached_and_found() {
        Bpf bpf = linux.bpf();
        BpfProgram drop = BENCH.closing(bpf.load(SAMPLE)).program("xdp_drop");
        Hook hook = new Hook.Xdp(link.index(), Hook.XdpMode.GENERIC);
        linux.inNamespace(netns, () -> {
            try (BpfLink attached = bpf.attach(drop, hook)) {
                assertThat(attached.info().kind()).isEqualTo(LinkInfo.Kind.XDP);
                assertThat(bpf.attached(hook)).extracting(Attached::name).containsExactly("xdp_drop");
            }
            assertThat(bpf.attached(hook)).isEmpty();
            assertThatThrownBy(() -> bpf.attach(drop, new Hook.Xdp(9999, Hook.XdpMode.AUTO)))
                    .hasMessageContaining("to Xdp[ifindex=9999");
            return true;
        });
    }

    @Test
    void a_cgroup_program_holds_for_the_processes_in_it() throws Exception {
        Path cgroup = Files.createDirectory(linux.mounts()
                .cgroup2()
                .orElseThrow()
                .resolve("stentor-kernel-it-" + ProcessHandle.current().pid()));
        BENCH.closing(() -> Files.delete(cgroup));
        Bpf bpf = linux.bpf();
        BpfProgram refuse = BENCH.closing(bpf.load(SAMPLE)).program("refuse");
        Hook hook = new Hook.Cgroup(cgroup, Hook.CgroupAttach.CONNECT4);
        Path pin = directory.resolve("connect4");

        bpf.attach(refuse, hook, pin).close();

        assertThat(bpf.attached(hook)).extracting(Attached::programId).containsExactly(refuse.id());
        String connect = "echo $$ > " + cgroup + "/cgroup.procs; exec 3<>/dev/udp/127.0.0.1/";
        assertThat(run("bash", "-c", connect + "7")).contains("Operation not permitted");
        assertThat(run("bash", "-c", connect + "8")).doesNotContain("not permitted");
        try (BpfLink again = bpf.attach(refuse, hook, pin)) {
            assertThat(again.info().cgroup()).isEqualTo(Files.getAttribute(cgroup, "unix:ino"));
            again.detach();
        }
        assertThat(bpf.attached(hook)).isEmpty();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static void send() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[100], 100, POD, 9));
        }
    }
}
