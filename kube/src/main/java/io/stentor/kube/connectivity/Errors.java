package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Task.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// ICMP errors find their way back; sizes of packets; fragments.
final class Errors {

    private static final int IPV6_MINIMUM = 1280;

    private Errors() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(
                        "mtu",
                        "packets of the pods' MTU pass in one piece, and the pod knows of larger ones that they do not",
                        Set.of(),
                        Errors::mtu),
                Case.of(
                        "path-mtu",
                        "a packet that is too big for a link on the way gets its answer, and connections adapt",
                        Set.of(Need.NARROW),
                        Errors::narrow),
                Case.of("fragments", "what is larger than the MTU arrives in fragments, both ways", Set.of(), s -> {
                    List<Task> tasks = new ArrayList<>();
                    everybody(s).forEach(to -> tasks.addAll(fragmented(Place.CLIENT, to)));
                    if (s.network().twoNodes()) {
                        tasks.addAll(fragmented(Place.HOST_CLIENT, s.at(Place.FAR)));
                    }
                    s.strangers().server().ifPresent(to -> tasks.addAll(fragmented(Place.CLIENT, to)));
                    return tasks;
                }),
                Case.of("closed-port", "a closed UDP port answers that it is", Set.of(), s -> {
                    List<Task> tasks = new ArrayList<>();
                    everybody(s).forEach(to -> tasks.add(refused(Place.CLIENT, to)));
                    tasks.add(refused(Place.HOST_CLIENT, s.at(Place.NEAR)));
                    if (s.network().twoNodes()) {
                        tasks.add(refused(Place.HOST_CLIENT, s.at(Place.FAR)));
                    }
                    s.strangers().server().ifPresent(to -> tasks.add(refused(Place.CLIENT, to)));
                    return tasks;
                }),
                Case.of("ttl", "a packet whose TTL ends is answered by whoever sees it end", Set.of(), Errors::ttl));
    }

    private static Stream<Target> everybody(Scene s) {
        Stream<Place> near = Stream.of(Place.NEAR, Place.NEAR_HOST);
        Stream<Place> far = s.network().twoNodes() ? Stream.of(Place.FAR, Place.FAR_HOST) : Stream.empty();
        return Stream.concat(near, far).map(s::at);
    }

    private static List<Task> mtu(Scene s) {
        int mtu = s.network().podMtu();
        Expectation answered = Expectation.outcome("answered");
        List<Task> tasks = new ArrayList<>();
        everybody(s).forEach(to -> tasks.add(Task.of(Place.CLIENT, "echo", to, answered, "df=1", "size=" + mtu)));
        tasks.add(Task.of(Place.HOST_CLIENT, "echo", s.at(Place.NEAR), answered, "df=1", "size=" + mtu));
        if (s.network().twoNodes()) {
            tasks.add(Task.of(Place.HOST_CLIENT, "echo", s.at(Place.FAR), answered, "df=1", "size=" + mtu));
        }
        Expectation refused = Expectation.tooBigBelow(mtu + 1);
        tasks.add(Task.of(Place.CLIENT, "echo", s.at(Place.NEAR), refused, "df=1", "size=" + (mtu + 1)));
        return tasks;
    }

    private static List<Task> narrow(Scene s) {
        Target narrow = s.strangers().narrow().orElseThrow();
        int mtu = s.network().podMtu();
        return List.of(
                Task.of(Place.CLIENT, "echo", narrow, Expectation.tooBigBelow(mtu), "df=1", "size=" + mtu),
                Task.of(
                        Place.SECOND_CLIENT,
                        "bulk",
                        narrow,
                        new Expectation(
                                "all bytes, over a path MTU from " + IPV6_MINIMUM + " to " + (mtu - 1),
                                answer -> answer.outcome().equals("whole") && answer.number("mtu") < mtu),
                        "size=300000",
                        "seconds=20"));
    }

    private static List<Task> fragmented(Place from, Target to) {
        return List.of(
                Task.of(from, "udp", to, Expectation.outcome("whole"), "size=9000"),
                Task.of(from, "echo", to, Expectation.outcome("answered"), "size=4000"));
    }

    private static Task refused(Place from, Target server) {
        Target closed = new Target(server.name(), server.address(), server.port() + 1);
        return Task.of(from, "udp", closed, Expectation.outcome("refused"));
    }

    private static List<Task> ttl(Scene s) {
        Expectation ownNode = Expectation.errorBy("ttl-exceeded", s.node(Place.NEAR_HOST));
        List<Task> tasks = new ArrayList<>();
        tasks.add(Task.of(Place.CLIENT, "echo", s.at(Place.NEAR), ownNode, "ttl=1"));
        s.strangers().server().ifPresent(to -> tasks.add(Task.of(Place.CLIENT, "echo", to, ownNode, "ttl=1")));
        if (s.network().twoNodes()) {
            tasks.add(Task.of(Place.CLIENT, "echo", s.at(Place.FAR), ownNode, "ttl=1"));
            tasks.add(Task.of(Place.CLIENT, "echo", s.at(Place.FAR), Expectation.outcome("ttl-exceeded"), "ttl=2"));
        }
        return tasks;
    }
}
