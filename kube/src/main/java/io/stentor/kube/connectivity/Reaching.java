package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Task.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Who reaches whom, by TCP, UDP and ICMP, and as whom.
final class Reaching {

    /// Beyond the range from which kernels choose, so that it is free; masquerading keeps it where it can.
    private static final int OWN_PORT = 61871;

    private static final String BULK = "size=2000000";
    private static final String LONG = "seconds=30";

    private Reaching() {}

    static Stream<Case> cases() {
        return Stream.of(inside(), outside(), bulk()).flatMap(cases -> cases);
    }

    private static Stream<Case> inside() {
        Set<Need> two = Set.of(Need.TWO_NODES);
        return Stream.of(
                Case.of(
                        "pod-to-pod-same-node",
                        "pods of one node reach each other",
                        Set.of(),
                        s -> reach(s, Place.CLIENT, Place.NEAR)),
                Case.of(
                        "pod-to-pod-across-nodes",
                        "pods of two nodes reach each other, both ways",
                        two,
                        s -> join(reach(s, Place.CLIENT, Place.FAR), reach(s, Place.FAR_CLIENT, Place.NEAR))),
                Case.of(
                        "pod-to-host-same-node",
                        "a pod reaches its own node",
                        Set.of(),
                        s -> reach(s, Place.CLIENT, Place.NEAR_HOST)),
                Case.of(
                        "pod-to-host-across-nodes",
                        "a pod reaches another node, with its own address",
                        two,
                        s -> join(reach(s, Place.CLIENT, Place.FAR_HOST), reach(s, Place.FAR_CLIENT, Place.NEAR_HOST))),
                Case.of(
                        "host-to-pod-same-node",
                        "a node, or a pod in its network, reaches its pods",
                        Set.of(),
                        s -> reach(s, Place.HOST_CLIENT, Place.NEAR)),
                Case.of(
                        "host-to-pod-across-nodes",
                        "a node, or a pod in its network, reaches another node's pods",
                        two,
                        s -> reach(s, Place.HOST_CLIENT, Place.FAR)),
                Case.of(
                        "host-to-host",
                        "nodes, and pods in their networks, reach each other",
                        two,
                        s -> reach(s, Place.HOST_CLIENT, Place.FAR_HOST)));
    }

    private static Stream<Case> outside() {
        return Stream.of(
                Case.of(
                        "host-to-outside",
                        "a node reaches the outside",
                        Set.of(Need.TARGET),
                        s -> s.strangers().targets().stream()
                                .map(to -> Task.of(Place.HOST_CLIENT, "tcp", to, Expectation.listening()))
                                .toList()),
                Case.of(
                        "pod-to-outside",
                        "pods reach the outside",
                        Set.of(Need.TARGET),
                        s -> s.strangers().targets().stream()
                                .flatMap(to -> pods(s).map(from -> Task.of(from, "tcp", to, Expectation.listening())))
                                .toList()),
                Case.of(
                        "masquerade",
                        "the outside sees the node's address instead of the pod's",
                        Set.of(Need.OUTSIDE),
                        s -> pods(s).flatMap(from -> masqueraded(s, from)).toList()),
                Case.of(
                        "masquerade-same-port",
                        "pods and their node reach one server outside from one port at the same time",
                        Set.of(Need.OUTSIDE),
                        s -> join(
                                together(s, OWN_PORT, Place.CLIENT, Place.SECOND_CLIENT),
                                join(
                                        together(s, OWN_PORT + 2, Place.CLIENT, Place.HOST_CLIENT),
                                        together(s, OWN_PORT + 4, Place.HOST_CLIENT, Place.CLIENT)))),
                Case.of(
                        "unmasqueraded-range",
                        "a range that is excepted from masquerading sees the pod's address",
                        Set.of(Need.UNMASQUERADED),
                        s -> {
                            Target to = s.strangers().unmasqueraded().orElseThrow();
                            return Stream.of("tcp", "udp")
                                    .map(verb -> Task.of(Place.CLIENT, verb, to, Expectation.seenAsItself()))
                                    .toList();
                        }),
                Case.of(
                        "outside-to-pod",
                        "the outside reaches a pod's address",
                        Set.of(Need.OUTSIDE, Need.NATIVE),
                        s -> Stream.of("tcp", "udp", "echo")
                                .map(verb -> Task.of(
                                        Place.HOST_CLIENT,
                                        "call",
                                        s.outside(),
                                        verb.equals("echo")
                                                ? Expectation.outcome("answered")
                                                : Expectation.seenAs(s.outside().address(), "the outside"),
                                        "task=" + verb + "," + s.at(Place.NEAR).address() + ","
                                                + s.network().port()))
                                .toList()));
    }

    private static Stream<Case> bulk() {
        Expectation whole = Expectation.outcome("whole");
        return Stream.of(
                Case.of(
                        "bulk-same-node",
                        "megabytes arrive whole on one node, both ways",
                        Set.of(),
                        s -> bulk(Place.CLIENT, whole, s.at(Place.NEAR), s.at(Place.NEAR_HOST))),
                Case.of(
                        "bulk-across-nodes",
                        "megabytes arrive whole across nodes, both ways",
                        Set.of(Need.TWO_NODES),
                        s -> join(
                                bulk(Place.CLIENT, whole, s.at(Place.FAR), s.at(Place.FAR_HOST)),
                                bulk(Place.HOST_CLIENT, whole, s.at(Place.FAR)))),
                Case.of(
                        "bulk-outside",
                        "megabytes arrive whole at the outside, and from there",
                        Set.of(Need.OUTSIDE),
                        s -> bulk(Place.CLIENT, whole, s.outside())));
    }

    private static List<Task> reach(Scene s, Place from, Place to) {
        return List.of(
                Task.of(from, "tcp", s.at(to), Expectation.seenAsItself()),
                Task.of(from, "udp", s.at(to), Expectation.seenAsItself()),
                Task.of(from, "echo", s.at(to), Expectation.outcome("answered")));
    }

    /// A pod of each node.
    private static Stream<Place> pods(Scene s) {
        return s.network().twoNodes() ? Stream.of(Place.CLIENT, Place.FAR_CLIENT) : Stream.of(Place.CLIENT);
    }

    private static Stream<Task> masqueraded(Scene s, Place from) {
        Place host = from.secondNode() ? Place.FAR_HOST : Place.NEAR_HOST;
        Expectation seen = Expectation.seenAs(s.node(host), "the node of " + from.pod());
        return Stream.of(
                Task.of(from, "tcp", s.outside(), seen),
                Task.of(from, "udp", s.outside(), seen),
                Task.of(from, "echo", s.outside(), Expectation.outcome("answered")));
    }

    /// The second begins when the first is connected, and both go on when the second is, too.
    private static List<Task> together(Scene s, int port, Place first, Place second) {
        String token = "token=" + s.run() + s.familyName() + port;
        Expectation seen = Expectation.seenAs(s.node(Place.NEAR_HOST), "their node");
        String from = "from=" + port;
        return List.of(
                Task.of(first, "meet", s.outside(), seen, token, from, LONG),
                Task.of(second, "meet", s.outside(), seen, token, from, LONG, "after=1"));
    }

    private static List<Task> bulk(Place from, Expectation whole, Target... targets) {
        return Arrays.stream(targets)
                .map(to -> Task.of(from, "bulk", to, whole, BULK, "seconds=20"))
                .toList();
    }

    static List<Task> join(List<Task> some, List<Task> others) {
        List<Task> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }
}
