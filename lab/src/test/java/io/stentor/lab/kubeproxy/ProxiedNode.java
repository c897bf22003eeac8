package io.stentor.lab.kubeproxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.stentor.kernel.Linux;
import io.stentor.lab.topology.Shell;
import io.stentor.model.Family;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A node with three pods and a client outside, each a network namespace, joined by veth and plain routing. Two of the
/// pods are backends that answer any connection to [#BACKEND_PORT] with their name and the address that they see. It
/// has no rules but those that `bench/kube-proxy` lays out.
final class ProxiedNode implements AutoCloseable {

    static final int BACKEND_PORT = 8080;

    /// Who is there. Pods have the addresses 10.202.1.N and fd00:202:1::N.
    enum Place {
        NODE,
        OUTSIDE,
        CLIENT,
        ONE,
        TWO
    }

    /// What a backend says: its name, and whom it sees.
    record Answer(String backend, String client) {}

    /// Longer than anything waits that does not hang.
    private static final int LIMIT_MILLISECONDS = 20_000;

    private static final String SETUP = """
            node=$1 outside=$2 client=$3 one=$4 two=$5
            for space in "$@"; do
              nsenter --net="$space" sh -c 'cd /proc/sys/net/ipv6/conf && echo 0 >default/accept_dad && echo 0 >all/accept_dad'
              nsenter --net="$space" ip link set lo up
            done
            at() { space=$1; shift; nsenter --net="$space" "$@"; }
            at "$node" sh -c 'cd /proc/sys/net && echo 1 >ipv4/ip_forward && echo 1 >ipv6/conf/all/forwarding'
            at "$node" ip link add eth0 type veth peer name eth0 netns "$outside"
            at "$node" ip address add 192.168.202.1/24 dev eth0
            at "$node" ip address add fd01:202::1/64 dev eth0 nodad
            at "$node" ip link set eth0 up
            at "$outside" ip address add 192.168.202.9/24 dev eth0
            at "$outside" ip address add fd01:202::9/64 dev eth0 nodad
            at "$outside" ip link set eth0 up
            # Cluster IPs need some route on the node, or it has none for what is to be refused.
            at "$node" ip route add default via 192.168.202.9
            at "$node" ip route add default via fd01:202::9
            at "$outside" ip route add default via 192.168.202.1
            at "$outside" ip route add default via fd01:202::1
            pod() { # NAME SPACE NUMBER
              at "$node" ip link add "$1" type veth peer name eth0 netns "$2"
              at "$node" ip address add 10.202.1.1/32 dev "$1"
              at "$node" ip address add fe80::1/64 dev "$1" nodad
              at "$node" ip link set "$1" up
              at "$node" ip route add "10.202.1.$3" dev "$1"
              at "$node" ip route add "fd00:202:1::$3" dev "$1"
              at "$2" ip link set eth0 up
              at "$2" ip address add "10.202.1.$3/32" dev eth0
              at "$2" ip address add "fd00:202:1::$3/128" dev eth0 nodad
              at "$2" ip route add 10.202.1.1 dev eth0
              at "$2" ip route add default via 10.202.1.1
              at "$2" ip route add default via fe80::1 dev eth0
            }
            pod client "$client" 2
            pod one "$one" 3
            pod two "$two" 4
            """;

    private final Linux linux = Linux.open();
    private final Map<Place, Path> namespaces = new EnumMap<>(Place.class);
    private final List<ServerSocket> servers = new ArrayList<>();

    ProxiedNode() throws IOException {
        for (Place place : Place.values()) {
            Path file = Path.of(
                    "/run/stentor-kube-proxy-it-" + ProcessHandle.current().pid() + "-" + place);
            linux.createNetworkNamespace(file);
            namespaces.put(place, file);
        }
        List<String> command = new ArrayList<>(List.of("sh", "-ec", SETUP, "sh"));
        namespaces.values().forEach(file -> command.add(file.toString()));
        Shell.run(command, "");
        serve(Place.ONE);
        serve(Place.TWO);
    }

    private void serve(Place place) throws IOException {
        ServerSocket server = linux.inNamespace(space(place), () -> new ServerSocket(BACKEND_PORT));
        servers.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                    String seen = client.getInetAddress().getHostAddress();
                    client.getOutputStream().write((place + " " + seen).getBytes(UTF_8));
                } catch (IOException e) {
                    // the client is gone, or the server is closed
                }
            }
        });
    }

    private Path space(Place place) {
        return Objects.requireNonNull(namespaces.get(place));
    }

    /// Runs a command at a place.
    Shell.Result run(Place place, List<String> command, String input) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + space(place)));
        all.addAll(command);
        return Shell.attempt(all, input);
    }

    /// Connects from a place and reads what the backend says.
    ///
    /// @throws IOException as `connect()` fails: refused, or without an answer for long
    Answer ask(Place from, String address, int port) throws IOException {
        return linux.inNamespace(space(from), () -> {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(LIMIT_MILLISECONDS);
                socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), LIMIT_MILLISECONDS);
                String[] words = new String(socket.getInputStream().readAllBytes(), UTF_8).split(" ", 2);
                return new Answer(words[0], InetAddress.getByName(words[1]).getHostAddress());
            }
        });
    }

    /// The address of a place that others know it by.
    static String address(Place place, Family family) {
        String suffix = switch (place) {
            case NODE -> "1";
            case OUTSIDE -> "9";
            case CLIENT -> "2";
            case ONE -> "3";
            case TWO -> "4";
        };
        boolean pod = switch (place) {
            case NODE, OUTSIDE -> false;
            case CLIENT, ONE, TWO -> true;
        };
        return switch (family) {
            case IPV4 -> (pod ? "10.202.1." : "192.168.202.") + suffix;
            case IPV6 -> (pod ? "fd00:202:1:0:0:0:0:" : "fd01:202:0:0:0:0:0:") + suffix;
        };
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket server : servers) {
            server.close();
        }
        for (Path file : namespaces.values()) {
            linux.deleteNetworkNamespace(file);
        }
        linux.close();
    }
}
