package io.stentor.kube.connectivity;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// The servers of a run, as far as they came up.
///
/// @param serving what each is
/// @param absent  why others are not there
record Servers(Map<Place, Server> serving, Map<Place, String> absent) {

    private static final String SERVING = "serving ";

    /// @param addresses of the pod
    /// @param mtu       of the link of its default route, 0 without
    /// @param tunnelMac of the tunnel's link on its node, "" without
    record Server(List<IpAddress> addresses, int mtu, String tunnelMac) {

        Optional<IpAddress> address(Family family) {
            return addresses.stream()
                    .filter(address -> address.family() == family)
                    .findFirst();
        }
    }

    /// A server, if the pod has its addresses and has said that it serves.
    static Optional<Server> of(Pod pod, String log) {
        List<IpAddress> addresses = addresses(pod);
        return log.lines()
                .filter(line -> line.startsWith(SERVING) && !addresses.isEmpty())
                .findFirst()
                .map(Answer::parse)
                .map(said -> new Server(
                        addresses, said.number("mtu"), said.field("mac").orElse("")));
    }

    static List<IpAddress> addresses(Pod pod) {
        return Objects.requireNonNullElse(pod.getStatus().getPodIPs(), List.<PodIP>of()).stream()
                .flatMap(ip -> IpAddress.parse(ip.getIp()).stream())
                .toList();
    }

    /// Creates and awaits them.
    static Servers start(TestBed bed, Options options, List<String> nodes, Progress progress)
            throws InterruptedException {
        List<Place> places = new ArrayList<>();
        for (Place place : Place.values()) {
            if (place.is(Place.Role.SERVER) && (nodes.size() > 1 || !place.secondNode())) {
                places.add(place);
                bed.create(form(place, nodes, options.pods().port()));
            }
        }
        progress.step("waiting for servers: "
                + places.stream()
                        .map(place -> place.pod() + " on " + node(place, nodes))
                        .collect(Collectors.joining(", ")));
        Map<Place, Server> serving = new EnumMap<>(Place.class);
        bed.holds(options.times().ready(), () -> {
            Map<String, Pod> pods = bed.pods();
            for (Place place : places) {
                Pod pod = pods.get(place.pod());
                if (!serving.containsKey(place) && pod != null && isRunning(pod)) {
                    of(pod, bed.log(place.pod())).ifPresent(server -> serving.put(place, server));
                }
            }
            return serving.size() == places.size();
        });
        Map<Place, String> absent = new EnumMap<>(Place.class);
        for (Place place : places) {
            if (!serving.containsKey(place)) {
                absent.put(
                        place,
                        "server " + place.pod() + " on " + node(place, nodes) + " does not come up: "
                                + bed.whyNotRunning(place.pod()));
            }
        }
        return new Servers(serving, absent);
    }

    static boolean isRunning(Pod pod) {
        return "Running".equals(pod.getStatus().getPhase());
    }

    private static PodForm form(Place place, List<String> nodes, int port) {
        List<String> arguments = new ArrayList<>(List.of("serve", Integer.toString(port)));
        if (place.hostNetwork()) {
            arguments.addAll(List.of("metrics=9962", "link=stentor_vxlan"));
        }
        return new PodForm(place.pod(), node(place, nodes), place.hostNetwork(), true, arguments);
    }

    static String node(Place place, List<String> nodes) {
        return nodes.get(place.secondNode() ? 1 : 0);
    }

    /// Whether pods' links are narrower than their nodes', as they are where a tunnel needs room for its headers.
    boolean looksTunnelled() {
        Server pod = serving.get(Place.NEAR);
        Server host = serving.get(Place.NEAR_HOST);
        return pod != null && host != null && pod.mtu < host.mtu;
    }

    Map<Place, IpAddress> addresses(Family family) {
        Map<Place, IpAddress> addresses = new EnumMap<>(Place.class);
        serving.forEach((place, server) -> server.address(family).ifPresent(address -> addresses.put(place, address)));
        return addresses;
    }

    Map<Place, String> tunnelMacs() {
        Map<Place, String> macs = new EnumMap<>(Place.class);
        serving.forEach((place, server) -> macs.put(place, server.tunnelMac));
        return macs;
    }
}
