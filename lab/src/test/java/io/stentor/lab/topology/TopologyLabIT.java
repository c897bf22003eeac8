package io.stentor.lab.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabDirectory;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.IpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopologyLabIT {

    private static final String NAME = "topology-it";

    private final LabDirectory directory = LabDirectory.of(NAME);

    private Topology topology(Routing routing, Underlay underlay, Families families) {
        LabSpec spec = new LabSpec(NAME, 2, new Shape(routing, underlay, families), false, Map.of());
        Topology topology = new Topology(Plan.of(spec), directory);
        Removal.prepare();
        topology.create();
        return topology;
    }

    @AfterEach
    void remove() throws InterruptedException {
        Removal.remove(directory, Removal.namespacesOf(NAME));
        Removal.finish();
    }

    @Test
    void hosts_of_a_routed_dual_stack_lab_reach_each_other_and_nothing_of_it_is_in_the_machines_namespace() {
        String linksBefore = Shell.run("ip", "-o", "link");
        String routesBefore = Shell.run("ip", "route", "show", "table", "all");
        Topology topology = topology(Routing.TUNNEL, Underlay.ROUTED, Families.DUAL);
        Plan plan = topology.plan();
        for (Host from : plan.hosts()) {
            for (Host to : plan.hosts()) {
                for (IpAddress address : to.addresses()) {
                    Shell.run(topology.space(from)
                            .enter("", List.of("ping", "-qc1", "-W2", address.toString()))
                            .toArray(String[]::new));
                }
            }
        }
        assertThat(Shell.run("ip", "-o", "link")).isEqualTo(linksBefore);
        assertThat(Shell.run("ip", "route", "show", "table", "all")).isEqualTo(routesBefore);
    }

    @Test
    void a_node_has_its_own_name_links_cgroups_pins_and_run() {
        Topology topology = topology(Routing.TUNNEL, Underlay.FLAT, Families.IPV4);
        NodeSpace node = topology.space(topology.plan().nodes().getFirst());
        String seen = Shell.run(node.enter("", List.of("sh", "-es")), """
                hostname
                ls /sys/class/net | tr '\\n' ' '; echo
                cat /proc/self/cgroup | grep ^0::
                cat /sys/fs/cgroup/cgroup.procs | grep -c "^$$\\$"
                mkdir /sys/fs/bpf/probe
                touch /run/probe
                cat /proc/sys/net/ipv4/conf/all/rp_filter
                iptables -S FORWARD | head -1
                """);
        assertThat(seen.lines().map(String::strip))
                .containsExactly("node-1", "eth0 lo", "0::/", "1", "1", "-P FORWARD DROP");
        assertThat(Path.of("/sys/fs/bpf/probe")).doesNotExist();
        assertThat(Path.of("/run/probe")).doesNotExist();
        assertThat(node.run().resolve("probe")).exists();
    }

    @Test
    void in_tunnel_mode_the_fabric_drops_foreign_sources() {
        Topology topology = topology(Routing.TUNNEL, Underlay.FLAT, Families.IPV4);
        Host from = topology.plan().nodes().getFirst();
        Host to = topology.plan().nodes().getLast();
        Shell.run(topology.space(from).enter("", List.of("sh", "-es")), "ip addr add 10.9.9.9/32 dev lo");
        Shell.run(
                topology.space(to).enter("", List.of("sh", "-es")),
                "ip route add 10.9.9.9/32 via " + from.addresses().getFirst());
        String target = to.addresses().getFirst().toString();
        assertThat(Shell.attempt(
                                topology.space(from)
                                        .enter("", List.of("ping", "-qc1", "-W1", "-I", "10.9.9.9", target)),
                                "")
                        .exit())
                .isEqualTo(1);
        assertThat(Shell.run(topology.fabric()
                        .enterNetwork(List.of("nft", "list", "counter", "bridge", "fabric", "foreign-sources"))
                        .toArray(String[]::new)))
                .contains("packets 1 ");
    }

    @Test
    void a_node_comes_back_after_it_was_switched_off_with_its_own_files_alone() throws Exception {
        Topology topology = topology(Routing.NATIVE, Underlay.FLAT, Families.IPV4);
        Host first = topology.plan().nodes().getFirst();
        NodeSpace node = topology.space(first);
        Files.writeString(node.outside(NodeSpace.INSIDE).resolve("kept"), "");
        Process sleeper = new ProcessBuilder(node.enter("", List.of("sleep", "1000"))).start();
        topology.powerOff(first);
        assertThat(sleeper.waitFor()).isNotZero();
        assertThat(node.netnsFile()).doesNotExist();
        topology.powerOn(first);
        Shell.run(
                node.enter("", List.of("ping", "-qc1", "-W2", "192.168.60.12")).toArray(String[]::new));
        assertThat(node.outside(NodeSpace.INSIDE).resolve("kept")).exists();
    }

    @Test
    void a_segment_keeps_its_mac_address_when_hosts_go() throws Exception {
        Topology topology = topology(Routing.NATIVE, Underlay.FLAT, Families.IPV4);
        String before = bridgeMac(topology);
        for (Host host : topology.plan().hosts()) {
            topology.powerOff(host);
            assertThat(bridgeMac(topology)).isEqualTo(before);
        }
    }

    private static String bridgeMac(Topology topology) {
        String link = Shell.run("ip", "-n", topology.plan().fabric(), "-br", "link", "show", "segment0");
        return link.split(" +", -1)[2];
    }

    @Test
    void removal_leaves_nothing_and_can_be_repeated() throws Exception {
        List<Path> mountsBefore = Mounts.read();
        Topology topology = topology(Routing.TUNNEL, Underlay.ROUTED, Families.IPV6);
        Process stubborn = new ProcessBuilder(topology.space(topology.plan().outside())
                        .enter("", List.of("sh", "-c", "trap '' TERM; sleep 1000")))
                .start();
        remove();
        remove();
        assertThat(stubborn.waitFor()).isNotZero();
        assertThat(directory.path()).doesNotExist();
        assertThat(Removal.namespaces("stl-" + NAME)).isEmpty();
        assertThat(Cgroup.ofLab(NAME).path()).doesNotExist();
        assertThat(Mounts.read().stream().filter(mount -> mount.toString().contains(NAME)))
                .isEmpty();
        assertThat(mountsBefore.stream().filter(mount -> mount.toString().contains(NAME)))
                .isEmpty();
    }

    @Test
    void a_lab_whose_files_are_elsewhere_is_left_in_peace() throws Exception {
        Cgroup elsewhere = Cgroup.ofLab(NAME + "-elsewhere").create();
        Process other = new ProcessBuilder(
                        "sh",
                        "-c",
                        "echo 0 > \"$0\" && echo in && exec sleep 1000",
                        elsewhere.procs().toString())
                .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("in");
            Removal.finish();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
            elsewhere.remove();
        }
    }
}
