package io.stentor.lab.traffic;

import io.stentor.lab.LabSpec.Routing;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Something that is broken in a lab, and the cases of `stentor connectivity test` that have to fail of it.
///
/// @param what    is broken
/// @param routing of the labs where it is tried
/// @param usual   whether it is tried in every run of the tests
/// @param cases   that fail, each in at least one family
/// @param change  breaks it
/// @param mend    makes it whole again, as far as [#mendAll] does not
record Mutation(String what, Routing routing, boolean usual, List<String> cases, Change change, Change mend) {

    /// What is done to a lab.
    interface Change {
        void to(World world);
    }

    private static final String PINS = "/sys/fs/bpf/stentor";
    private static final String PLUGIN = "/run/stentor-node/bin/stentor-cni";
    private static final String TOO_BIG = "OUTPUT -p $icmp --$icmp-type $too-big";
    private static final Change NOTHING = _ -> {};

    private static Mutation tunnel(String what, Change change, String... cases) {
        return new Mutation(what, Routing.TUNNEL, false, List.of(cases), change, NOTHING);
    }

    private static Mutation nativeRouting(String what, Change change, String... cases) {
        return new Mutation(what, Routing.NATIVE, false, List.of(cases), change, NOTHING);
    }

    private Mutation always() {
        return new Mutation(what, routing, true, cases, change, mend);
    }

    private Mutation mendedBy(Change whole) {
        return new Mutation(what, routing, usual, cases, change, whole);
    }

    static Stream<Mutation> all() {
        return Stream.of(maps(), programs(), around(), agents()).flatMap(mutations -> mutations);
    }

    private static Stream<Mutation> maps() {
        return Stream.of(
                tunnel(
                                "a pod's address is missing in the map of its node",
                                w -> plugin(w, "forget-addresses"),
                                "pod-to-pod-same-node")
                        .always(),
                tunnel("pods' addresses are missing in the map", w -> plugin(w, "forget-addresses"), "bulk-same-node"),
                tunnel(
                        "another node's address is missing in the map",
                        w -> both(w, f -> forget(w.node(), w.otherNode().address(f))),
                        "pod-to-host-across-nodes"),
                tunnel(
                        "the outside is taken for a range that is not masqueraded",
                        w -> both(w, f -> unmasquerade(w, w.outside().address(f))),
                        "masquerade",
                        "pod-to-outside"),
                nativeRouting(
                        "a range that is not masqueraded is missing in the map",
                        w -> both(w, f -> forgetRange(w, w.far().address(f))),
                        "unmasqueraded-range"));
    }

    private static Stream<Mutation> programs() {
        return Stream.of(
                tunnel(
                                "no program looks at what comes from the network",
                                w -> detach(w, "eth0", "ingress"),
                                "pod-to-outside",
                                "masquerade")
                        .always(),
                tunnel(
                        "nobody looks at what comes from the network",
                        w -> detach(w, "eth0", "ingress"),
                        "bulk-outside"),
                tunnel(
                        "no program looks at what the node sends to the network",
                        w -> detach(w, "eth0", "egress"),
                        "masquerade-same-port"),
                tunnel(
                        "no program looks at what goes into the tunnel by its device",
                        w -> detach(w, "stentor_vxlan", "egress"),
                        "host-to-pod-across-nodes"),
                tunnel(
                                "no program looks at what pods send and get",
                                w -> plugin(w, "detach"),
                                "forged-address",
                                "forged-mac",
                                "fragment-order",
                                "neighbours")
                        .always(),
                tunnel(
                        "no program looks at what pods send, nor at what comes out of the tunnel",
                        w -> {
                            plugin(w, "detach");
                            detach(w, "stentor_vxlan", "ingress");
                        },
                        "tunnel-injection"));
    }

    private static Stream<Mutation> around() {
        return Stream.of(
                tunnel(
                                "a node does not know another one, whose packets come out of the tunnel",
                                w -> forget(w.otherNode(), w.node().address(Family.IPV4)),
                                "pod-to-pod-across-nodes",
                                "bulk-across-nodes")
                        .mendedBy(w -> w.lab().agent("restart", 2)),
                filtered("what a node sends to its pods", "OUTPUT -o stn+ ", "host-to-pod-same-node"),
                filtered("what pods send to their node", "INPUT -i stn+ ", "pod-to-host-same-node"),
                filtered(
                        "what a node sends to another's port",
                        "OUTPUT -o eth0 -p tcp --dport 28007",
                        "host-to-host",
                        "host-to-outside"),
                filtered("a node's ICMP errors", "OUTPUT -o stn+ -p $icmp", "closed-port", "ttl"),
                new Mutation(
                        "a router keeps its ICMP errors",
                        Routing.TUNNEL,
                        false,
                        List.of("path-mtu"),
                        w -> filter(w.outside(), "-I", TOO_BIG),
                        w -> filter(w.outside(), "-D", TOO_BIG)),
                tunnel(
                                "the underlay takes smaller packets than the tunnel needs",
                                w -> w.lab().fabric().run("ip", "link", "set", "node-1", "mtu", "1400"),
                                "mtu")
                        .mendedBy(w -> w.lab().fabric().run("ip", "link", "set", "node-1", "mtu", "1500")),
                tunnel("a node has no room for fragments", w -> fragments(w, "0", "0"), "fragments")
                        .mendedBy(w -> fragments(w, "3145728", "4194304")),
                nativeRouting("the fabric has lost its route to pods", w -> strand(w, "add"), "outside-to-pod")
                        .mendedBy(w -> strand(w, "del")));
    }

    private static Stream<Mutation> agents() {
        return Stream.of(
                tunnel(
                        "programs are detached while the agent is restarted",
                        NOTHING, // what the test itself does to the nodes: ConnectivityLabIT
                        "agent-restart"),
                tunnel("the plugin refuses a pod", w -> plugin(w, "refuse", "mortal"), "pod-lifecycle"));
    }

    /// What iptables drop on the first node.
    private static Mutation filtered(String what, String rule, String... cases) {
        return tunnel("the host's firewall drops " + what, w -> filter(w.node(), "-I", rule), cases)
                .mendedBy(w -> filter(w.node(), "-D", rule));
    }

    private static void filter(Place at, String verb, String rule) {
        at.run("sh", "-c", "iptables -w " + verb + " " + words(rule, "icmp", "fragmentation-needed") + " -j DROP");
        at.run("sh", "-c", "ip6tables -w " + verb + " " + words(rule, "icmpv6", "packet-too-big") + " -j DROP");
    }

    private static String words(String rule, String icmp, String tooBig) {
        return rule.replace("$icmp", icmp).replace("$too-big", tooBig);
    }

    private static void fragments(World w, String low, String high) {
        String first = high.equals("0") ? "low" : "high";
        String second = high.equals("0") ? "high" : "low";
        for (String key : List.of("net/ipv4/ipfrag_", "net/ipv6/ip6frag_")) {
            for (String which : List.of(first, second)) {
                String value = which.equals("low") ? low : high;
                w.node().run("sh", "-c", "echo " + value + " > /proc/sys/" + key + which + "_thresh");
            }
        }
    }

    /// What the fabric does with packets of `outside` to pods.
    private static void strand(World w, String verb) {
        both(
                w,
                f -> w.lab()
                        .fabric()
                        .run(
                                "ip",
                                f == Family.IPV4 ? "-4" : "-6",
                                "rule",
                                verb,
                                "from",
                                w.outside().address(f).toString(),
                                "to",
                                f == Family.IPV4 ? "10.0.0.0/8" : "fd00::/104",
                                "prohibit"));
    }

    private interface InFamily {
        void run(Family family);
    }

    private static void both(World w, InFamily change) {
        w.configuration().list().forEach(change::run);
    }

    private static void forget(Place at, IpAddress address) {
        map(
                at,
                "delete",
                "addresses",
                padded(address) + (address.family() == Family.IPV4 ? " 04" : " 06") + " 00".repeat(7));
    }

    private static void forgetRange(World w, IpAddress in) {
        boolean v4 = in.family() == Family.IPV4;
        String range = v4 ? "c6 33 64 00" + " 00".repeat(12) : "20 01 0d b8 00 0f" + " 00".repeat(10);
        map(w.node(), "delete", "ranges", (v4 ? "38 00 00 00 04" : "60 00 00 00 06") + " 00 00 00 " + range);
    }

    private static void unmasquerade(World w, IpAddress address) {
        boolean v4 = address.family() == Family.IPV4;
        String key = (v4 ? "40 00 00 00 04" : "a0 00 00 00 06") + " 00 00 00 " + padded(address);
        map(w.node(), "update", "ranges", key + " value hex" + " 00".repeat(20) + " 03 00 00 00");
    }

    private static String padded(IpAddress address) {
        StringBuilder hex = new StringBuilder(HexFormat.ofDelimiter(" ").formatHex(address.bytes()));
        return hex.repeat(" 00", 16 - address.bytes().length).toString();
    }

    private static void map(Place at, String verb, String map, String key) {
        at.run("sh", "-c", "bpftool map " + verb + " pinned " + PINS + "/*/maps/" + map + " key hex " + key);
    }

    private static void detach(World w, String link, String direction) {
        w.node().run("sh", "-c", "rm " + PINS + "/links/$(cat /sys/class/net/" + link + "/ifindex)-" + direction);
    }

    /// Puts [breaking_cni.py] in the place of the first node's plugin.
    private static void plugin(World w, String... words) {
        String script = Path.of(Objects.requireNonNull(Mutation.class.getResource("breaking_cni.py"))
                        .getPath())
                .toString();
        w.node()
                .run(
                        "sh",
                        "-ec",
                        "mv $1 $1.whole; printf '#!/bin/sh\\nexec /usr/bin/python3 -S -E %s %s %s\\n' $2 $1.whole \"$3\" >$1;"
                                + " chmod 755 $1",
                        "sh",
                        PLUGIN,
                        script,
                        String.join(" ", words));
    }

    /// Makes the first node whole: its plugin, its maps and programs.
    static void mendAll(World w) {
        w.node().run("sh", "-c", "[ ! -e " + PLUGIN + ".whole ] || mv " + PLUGIN + ".whole " + PLUGIN);
        w.lab().agent("restart", 1);
    }

    @Override
    public String toString() {
        return what;
    }
}
