package io.stentor.kube.connectivity;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What a pod must not be able to do. Each is tried beside something honest that has to get through.
final class Forging {

    /// Of ranges for documentation: nobody's.
    private static final IpAddress STRANGER_V4 = IpAddress.of("192.0.2.77");
    private static final IpAddress STRANGER_V6 = IpAddress.of("2001:db8::77");

    private static final IpAddress ANY_V4 = IpAddress.of("0.0.0.0");
    private static final IpAddress ANY_V6 = IpAddress.of("::");

    private Forging() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(
                        "forged-address",
                        "a pod cannot send from an address that is not its own",
                        Set.of(),
                        Forging::addresses),
                Case.of(
                        "forged-mac",
                        "a pod cannot send from a MAC that is not its own",
                        Set.of(),
                        s -> victims(s).map(to -> forge(s, to, "kind=mac")).toList()),
                Case.of(
                        "fragment-order",
                        "a fragment before its first one is dropped",
                        Set.of(),
                        s -> victims(s).map(to -> forge(s, to, "kind=order")).toList()),
                Case.of(
                        "tunnel-injection",
                        "a pod cannot put packets into the tunnel",
                        Set.of(Need.TUNNEL),
                        Forging::injections),
                Case.of(
                        "neighbours",
                        "a pod gets no answer to who has an address, but for its gateway's",
                        Set.of(),
                        Forging::neighbours));
    }

    private static Stream<Place> victims(Scene s) {
        return s.network().twoNodes() ? Stream.of(Place.NEAR, Place.FAR) : Stream.of(Place.NEAR);
    }

    private static Task forge(Scene s, Place to, String... words) {
        return Task.of(Place.CLIENT, "forge", s.at(to), Expectation.forgeryDropped(), words);
    }

    private static List<Task> addresses(Scene s) {
        IpAddress stranger = s.family() == Family.IPV4 ? STRANGER_V4 : STRANGER_V6;
        List<Task> tasks = new ArrayList<>();
        victims(s).forEach(to -> {
            tasks.add(forge(s, to, "kind=address", "source=" + s.node(Place.NEAR_HOST)));
            tasks.add(forge(s, to, "kind=address", "source=" + stranger));
        });
        if (s.network().twoNodes()) {
            tasks.add(forge(
                    s, Place.FAR, "kind=address", "source=" + s.at(Place.NEAR).address()));
            tasks.add(forge(
                    s, Place.NEAR, "kind=address", "source=" + s.at(Place.FAR).address()));
        }
        return tasks;
    }

    /// To each node, for a pod that is there, in the name of a pod of the other.
    private static List<Task> injections(Scene s) {
        List<Task> tasks = new ArrayList<>();
        tasks.add(inject(s, Place.NEAR_HOST, Place.NEAR, Place.FAR));
        if (s.network().twoNodes()) {
            tasks.add(inject(s, Place.FAR_HOST, Place.FAR, Place.NEAR));
        }
        return tasks;
    }

    private static Task inject(Scene s, Place host, Place victim, Place other) {
        String source = s.network().twoNodes() ? " source=" + s.at(other).address() : "";
        String mac = s.network().tunnelMac().getOrDefault(host, "");
        return forge(
                s,
                victim,
                ("kind=tunnel outer=" + s.node(host) + source + (mac.isEmpty() ? "" : " mac=" + mac)).split(" ", -1));
    }

    private static List<Task> neighbours(Scene s) {
        List<Task> tasks = new ArrayList<>();
        Stream.concat(victims(s), Stream.of(Place.NEAR_HOST))
                .forEach(asked ->
                        tasks.add(Task.of(Place.CLIENT, "who-has", s.at(asked), Expectation.outcome("silent"))));
        IpAddress any = s.family() == Family.IPV4 ? ANY_V4 : ANY_V6;
        tasks.add(Task.of(
                Place.CLIENT,
                "who-has",
                new Task.Target("its gateway", any, 0),
                Expectation.outcome("answered"),
                "ms=2000"));
        return tasks;
    }
}
