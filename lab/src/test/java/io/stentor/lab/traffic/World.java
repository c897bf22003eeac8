package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabSpec;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Who is there in a case: pods on two nodes (on all, where there are more), the nodes, and hosts that are none.
final class World implements AutoCloseable {

    private final Configuration configuration;
    private final TrafficLab lab;
    private final Far far;
    private final Running outsideServer;
    private final Street street;

    private World(Configuration configuration, TrafficLab lab) throws InterruptedException {
        this.configuration = configuration;
        this.lab = lab;
        for (int node = 1; node <= configuration.nodes(); node++) {
            lab.createPod("pod-" + node, node, false, Map.of("app", "talk", "node", Integer.toString(node)));
            lab.createPod("host-" + node, node, true, Map.of("app", "host"));
        }
        lab.createPod("neighbour", 1, false);
        lab.createPod("naughty", 1, false);
        this.outsideServer = lab.outside()
                .start(Place.talk("serve", Integer.toString(Place.PORT)).toArray(String[]::new));
        outsideServer.await("serving"::equals);
        this.far = Far.build(lab, configuration);
        this.street = Street.build(lab, configuration);
        for (int node = 1; node <= configuration.nodes(); node++) {
            lab.awaitPod("pod-" + node);
            lab.awaitPod("host-" + node);
        }
        List.of("neighbour", "naughty").forEach(lab::awaitPod);
    }

    static World up(Configuration configuration) throws IOException, InterruptedException {
        return up(configuration, configuration.spec());
    }

    /// @param spec of the lab: the configuration's, with a name and settings of its own
    static World up(Configuration configuration, LabSpec spec) throws IOException, InterruptedException {
        TrafficLab lab = TrafficLab.up(spec);
        try {
            return new World(configuration, lab);
        } catch (InterruptedException | RuntimeException | Error failed) {
            lab.close();
            throw failed;
        }
    }

    Configuration configuration() {
        return configuration;
    }

    TrafficLab lab() {
        return lab;
    }

    /// A pod of node 1.
    Place pod() {
        return lab.pod("pod-1");
    }

    /// Another one of node 1.
    Place neighbour() {
        return lab.pod("neighbour");
    }

    /// A pod of node 2.
    Place remote() {
        return lab.pod("pod-2");
    }

    /// A pod of node 1 that has no good in mind.
    Place naughty() {
        return lab.pod("naughty");
    }

    Place podOf(int node) {
        return lab.pod("pod-" + node);
    }

    /// The first pod's node, that is a pod in its network.
    Place node() {
        return lab.pod("host-1");
    }

    /// The remote pod's node.
    Place otherNode() {
        return lab.pod("host-2");
    }

    Place outside() {
        return lab.outside();
    }

    Shop shop(String name) {
        return street.shop(name);
    }

    /// A host behind `outside`, behind a link of [Far#MTU].
    Place far() {
        return far.place();
    }

    /// TCP, UDP and ICMP from one place to another, whose address the other sees as its peer's.
    void reaches(Family family, Place from, Place to, IpAddress seen) {
        IpAddress target = to.address(family);
        assertThat(from.ask("tcp", target, "who"))
                .as("TCP from %s to %s: peer and own address, as the server sees them", from.name(), to.name())
                .isEqualTo(seen + " " + target);
        assertThat(from.ask("udp", target, "who"))
                .as("UDP from %s to %s: peer and own address, as the server sees them", from.name(), to.name())
                .isEqualTo(seen + " " + target);
        pings(from, target, "-c1");
    }

    /// As above, by the sender's own address.
    void reaches(Family family, Place from, Place to) {
        reaches(family, from, to, from.address(family));
    }

    /// One echo, answered within the patience.
    static String pings(Place from, IpAddress target, String... options) {
        String[] command = new String[options.length + 4];
        command[0] = "ping";
        command[1] = "-n";
        command[2] = "-W8";
        System.arraycopy(options, 0, command, 3, options.length);
        command[command.length - 1] = target.toString();
        return from.run(command);
    }

    @Override
    public void close() {
        outsideServer.close();
        far.close();
        lab.close();
    }
}
