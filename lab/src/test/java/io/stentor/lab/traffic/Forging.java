package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What a pod, or a stranger on the underlay, sends in others' names. It is dropped, counted and told with its reason.
final class Forging {

    private static final String TOPIC = "forgery";
    private static final MacAddress GATEWAY = MacAddress.of("02:53:54:4e:00:01");
    private static final MacAddress NOBODY = MacAddress.of("02:00:00:00:00:99");
    private static final int VXLAN = 8472;

    private static final int INVALID_SOURCE_MAC = 130;
    private static final int INVALID_SOURCE_IP = 132;
    private static final int INVALID_PACKET = 134;
    private static final int ENCAPSULATION_PROHIBITED = 170;
    private static final int UNKNOWN_SENDER = 172;
    private static final int FIRST_FRAGMENT_NOT_FOUND = 175;
    private static final int FORBIDDEN_ICMP6_MESSAGE = 176;
    private static final int ADDRESS_NOT_OURS = 240;
    private static final int IPV4_IN_IPV6 = 241;
    private static final int MULTICAST = 243;
    private static final int POD_SOURCE_OUTSIDE_TUNNEL = 244;

    private Forging() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(TOPIC, "a pod cannot send from an address that is not its own", Forging::addresses),
                Case.of(TOPIC, "a pod cannot send from a MAC that is not its own", (w, f) -> {
                    Place naughty = w.naughty();
                    send(
                            naughty,
                            new Frames(NOBODY, GATEWAY)
                                    .udp(naughty.address(f), w.remote().address(f), Place.PORT, new byte[8]));
                    w.lab().drops(1).await(INVALID_SOURCE_MAC, by("default/naughty"));
                }),
                Case.of(TOPIC, "a pod cannot speak the tunnel's protocol to a node or the outside", Forging::injects)
                        .where(Configuration::tunnel),
                Case.of(
                        TOPIC,
                        "a pod gets no answer to who has another's address, and one for its gateway's",
                        Forging::asks),
                Case.of(TOPIC, "a pod cannot claim another's address", Forging::claims),
                Case.of(TOPIC, "a fragment without its first one is dropped", (w, f) -> {
                    Place naughty = w.naughty();
                    send(
                            naughty,
                            frames(naughty)
                                    .laterFragment(
                                            naughty.address(f), w.remote().address(f)));
                    w.lab().drops(1).await(FIRST_FRAGMENT_NOT_FOUND, between(naughty, w.remote(), f));
                }),
                Case.of(TOPIC, "multicast and broadcast are not carried", (w, f) -> {
                    Place naughty = w.naughty();
                    IpAddress group = IpAddress.of(f == Family.IPV4 ? "224.0.0.251" : "ff02::fb");
                    send(naughty, frames(naughty).udp(naughty.address(f), group, 5353, new byte[8]));
                    w.lab().drops(1).await(MULTICAST, to(group));
                }),
                Case.of(TOPIC, "IPv4 addresses inside IPv6 ones are dropped", Forging::mapped)
                        .where(c -> c.list().contains(Family.IPV6)),
                Case.of(TOPIC, "a tunnel's packet from who is no node is dropped", Forging::stranger)
                        .where(c -> c.tunnel() && c.flat()),
                Case.of(TOPIC, "a pod's address from outside the tunnel is dropped", Forging::outsideTunnel)
                        .where(c -> c.tunnel() && c.flat()));
    }

    private static void addresses(World w, Family family) throws Exception {
        Place naughty = w.naughty();
        IpAddress target = w.remote().address(family);
        for (Place other : List.of(w.neighbour(), w.node(), w.otherNode(), w.outside())) {
            send(naughty, frames(naughty).udp(other.address(family), target, Place.PORT, new byte[8]));
            w.lab()
                    .drops(1)
                    .await(
                            INVALID_SOURCE_IP,
                            between(other, w.remote(), family)
                                    .and(drop -> drop.path("point").asText().equals("from-endpoint")));
        }
        // Towards its own node, and by a socket with an address that it gave itself.
        send(
                naughty,
                frames(naughty).udp(w.remote().address(family), w.node().address(family), Place.PORT, new byte[8]));
        w.lab().drops(1).await(INVALID_SOURCE_IP, between(w.remote(), w.node(), family));
    }

    private static void injects(World w, Family family) throws Exception {
        Place naughty = w.naughty();
        byte[] inside = Frames.vxlan(
                6,
                new Frames(GATEWAY, GATEWAY),
                w.neighbour().address(family),
                w.remote().address(family));
        for (Place to : List.of(w.node(), w.otherNode(), w.outside())) {
            send(naughty, frames(naughty).udp(naughty.address(family), to.address(family), VXLAN, inside));
            w.lab().drops(1).await(ENCAPSULATION_PROHIBITED, between(naughty, to, family));
        }
    }

    private static void asks(World w, Family family) throws Exception {
        Place naughty = w.naughty();
        for (Place other : List.of(w.neighbour(), w.node(), w.remote())) {
            IpAddress asked = other.address(family);
            List<String> heard = send(naughty, question(naughty, asked), "0.3");
            assertThat(heard.stream().filter(answer(family)))
                    .as("answers to who has %s", asked)
                    .isEmpty();
            w.lab().drops(1).await(ADDRESS_NOT_OURS, by("default/naughty"));
        }
        IpAddress gateway = IpAddress.of(family == Family.IPV4 ? "169.254.7.1" : "fe80::7:1");
        assertThat(send(naughty, question(naughty, gateway), "1").stream().filter(answer(family)))
                .as("answers to who has the gateway's address")
                .hasSize(1)
                .allMatch(frame -> frame.contains(GATEWAY.toString().replace(":", "")));
    }

    private static String question(Place from, IpAddress asked) {
        if (asked.family() == Family.IPV4) {
            return frames(from).arp(from.address(Family.IPV4), asked);
        }
        return frames(from).neighbour(135, from.address(Family.IPV6), asked, asked);
    }

    /// An ARP reply, a neighbour advertisement.
    private static Predicate<String> answer(Family family) {
        return switch (family) {
            case IPV4 -> frame -> frame.startsWith("0806", 24) && frame.startsWith("0002", 40);
            case IPV6 -> frame -> frame.startsWith("86dd", 24) && frame.startsWith("88", 108);
        };
    }

    private static void claims(World w, Family family) throws Exception {
        Place naughty = w.naughty();
        IpAddress stolen = w.neighbour().address(family);
        if (family == Family.IPV4) {
            String reply = frames(naughty).arp(stolen, stolen);
            send(naughty, reply.substring(0, 40) + "0002" + reply.substring(44));
            w.lab().drops(1).await(INVALID_PACKET, by("default/naughty"));
        } else {
            IpAddress all = IpAddress.of("ff02::1");
            send(naughty, frames(naughty).neighbour(136, naughty.address(family), all, stolen));
            w.lab().drops(1).await(FORBIDDEN_ICMP6_MESSAGE, by("default/naughty"));
        }
        w.reaches(family, w.pod(), w.neighbour());
    }

    private static void mapped(World w, Family family) throws Exception {
        if (family == Family.IPV4) {
            return;
        }
        Place naughty = w.naughty();
        for (String address : List.of("::ffff:10.0.0.9", "::10.0.0.9")) {
            IpAddress inside = IpAddress.of(address);
            send(naughty, frames(naughty).udp(inside, w.remote().address(family), Place.PORT, new byte[8]));
            w.lab()
                    .drops(1)
                    .await(
                            IPV4_IN_IPV6,
                            drop -> drop.at("/destination/address")
                                    .asText()
                                    .equals(w.remote().address(family).toString()));
        }
    }

    private static void stranger(World w, Family family) throws Exception {
        Family underlay = w.configuration().list().getFirst();
        byte[] inside = Frames.vxlan(
                6,
                new Frames(NOBODY, GATEWAY),
                w.remote().address(family),
                w.pod().address(family));
        send(
                w.outside(),
                new Frames(mac(w.outside()), mac(w.node()))
                        .udp(w.outside().address(underlay), w.node().address(underlay), VXLAN, inside));
        w.lab().drops(1).await(UNKNOWN_SENDER, drop -> true);
    }

    private static void outsideTunnel(World w, Family family) throws Exception {
        w.lab().fabric().run("nft", "insert rule bridge fabric sources ether saddr " + mac(w.outside()) + " accept");
        send(
                w.outside(),
                new Frames(mac(w.outside()), mac(w.node()))
                        .udp(w.remote().address(family), w.pod().address(family), Place.PORT, new byte[8]));
        w.lab().drops(1).await(POD_SOURCE_OUTSIDE_TUNNEL, between(w.remote(), w.pod(), family));
    }

    private static Frames frames(Place pod) {
        return new Frames(mac(pod), GATEWAY);
    }

    private static MacAddress mac(Place place) {
        return MacAddress.of(place.run("cat", "/sys/class/net/eth0/address").strip());
    }

    private static List<String> send(Place from, String frame, String... seconds) {
        String[] rest = seconds.length == 0 ? new String[] {"0"} : seconds;
        return from.run(Place.talk("frame", "eth0", frame, rest[0]).toArray(String[]::new))
                .lines()
                .toList();
    }

    private static Predicate<JsonNode> by(String who) {
        return drop -> drop.at("/source/who").asText().equals(who);
    }

    private static Predicate<JsonNode> to(IpAddress address) {
        return drop -> drop.at("/destination/address").asText().equals(address.toString());
    }

    private static Predicate<JsonNode> between(Place from, Place to, Family family) {
        return to(to.address(family))
                .and(drop -> drop.at("/source/address")
                        .asText()
                        .equals(from.address(family).toString()));
    }
}
