package io.stentor.lab.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import io.stentor.model.Family;
import java.util.ArrayList;
import java.util.List;

/// `bench/steady.c` between a world's places, as long as it is open: echoes, datagrams, streams and new connections, of
/// which each one is accounted for.
final class SteadyLoad implements AutoCloseable {

    private static final String PROGRAM = TrafficLab.built("bench/target/steady");
    private static final String PORT = "7009";
    private static final int SLOWER = 10;

    private record Flow(String name, Running load) {}

    private final List<Running> servers = new ArrayList<>();
    private final List<Flow> flows = new ArrayList<>();

    private SteadyLoad() {}

    /// From a pod to one of another node, in all families; a tenth of it to one beside it, to the outside, and back
    /// from the other node: what is to be found there, less finds as well, and the machine has to bear it all.
    static SteadyLoad start(World w) throws InterruptedException {
        SteadyLoad load = new SteadyLoad();
        try {
            for (Place place : List.of(w.pod(), w.neighbour(), w.remote(), w.outside())) {
                load.serve(place);
            }
            for (Family family : w.configuration().list()) {
                load.run(w.pod(), w.remote(), family, 1);
                load.run(w.pod(), w.neighbour(), family, SLOWER);
                load.run(w.pod(), w.outside(), family, SLOWER);
                load.run(w.remote(), w.pod(), family, SLOWER);
            }
            for (Flow flow : load.flows) {
                flow.load.await("running"::equals);
            }
            return load;
        } catch (InterruptedException | RuntimeException | Error failed) {
            load.close();
            throw failed;
        }
    }

    private void serve(Place place) throws InterruptedException {
        Running server = place.start(PROGRAM, "serve", PORT);
        servers.add(server);
        server.await("serving"::equals);
    }

    private void run(Place from, Place to, Family family, int slower) {
        String name = from.name() + " to " + to.name() + ", " + family;
        String address = to.address(family).toString();
        flows.add(new Flow(name, from.start(PROGRAM, "run", address, PORT, Integer.toString(slower))));
    }

    /// Ends the load: all that was sent has been received, and no connection failed.
    ///
    /// @param story what happened meanwhile, for a failure's message
    void check(List<String> story) throws Exception {
        for (Flow flow : flows) {
            flow.load.say("end");
        }
        List<String> lost = new ArrayList<>();
        for (Flow flow : flows) {
            JsonNode counts =
                    Json.parse(flow.load.await(line -> line.startsWith("{")).getBytes(UTF_8));
            System.out.println(flow.name + ": " + counts);
            if (!whole(counts)) {
                lost.add(flow.name + ": " + counts);
            }
        }
        assertThat(lost)
                .as("flows that lost something, while there happened (in milliseconds):\n%s", String.join("\n", story))
                .isEmpty();
    }

    /// Receivers' own full buffers excepted.
    private static boolean whole(JsonNode counts) {
        JsonNode icmp = counts.path("icmp");
        JsonNode udp = counts.path("udp");
        JsonNode streams = counts.path("streams");
        JsonNode connections = counts.path("connections");
        long udpOverflow = udp.path("overflow").asLong()
                + counts.path("server").path("overflow").asLong();
        return number(icmp, "sent") > 0
                && number(icmp, "sent") == number(icmp, "received") + number(icmp, "overflow")
                && number(udp, "sent") > 0
                && number(udp, "sent") == number(udp, "received") + udpOverflow
                && number(icmp, "duplicates") + number(udp, "duplicates") == 0
                && number(icmp, "refused") + number(udp, "refused") == 0
                && number(streams, "bytes") > 0
                && number(streams, "failed") + number(streams, "wrong") == 0
                && number(connections, "made") > 0
                && number(connections, "failed") + number(connections, "late") == 0
                && counts.path("error").asText().isEmpty();
    }

    private static long number(JsonNode object, String name) {
        JsonNode number = object.path(name);
        assertThat(number.isNumber()).as("%s among %s", name, object).isTrue();
        return number.asLong();
    }

    @Override
    public void close() {
        flows.forEach(flow -> flow.load.close());
        servers.forEach(Running::close);
    }
}
