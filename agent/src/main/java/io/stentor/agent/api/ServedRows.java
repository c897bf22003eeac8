package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.compile.ServedService;
import io.stentor.flow.Owner;
import io.stentor.flow.Owners;
import io.stentor.flow.Wire;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Problem;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// Services as this node serves them, as JSON.
///
/// @param frontends the kernel's map of them, once it is there
/// @param owners    whose the backends' addresses are
record ServedRows(Optional<BpfMap> frontends, Owners owners) {

    /// What is there of one service beside its frontends and backends.
    private static ObjectNode head(ServedService served) {
        ObjectNode row = ServiceRows.of(served.service());
        row.remove(List.of("clusterIPs", "externalIPs", "loadBalancerIPs", "ports"));
        return row;
    }

    /// A row for each frontend, with the backends that are used.
    List<ObjectNode> brief(ServedService served) {
        return served.frontends().stream()
                .map(reached -> frontend(reached)
                        .put("namespace", served.service().name().namespace())
                        .put("name", served.service().name().name())
                        .setAll(lists(served, reached)))
                .map(ObjectNode.class::cast)
                .toList();
    }

    private static ObjectNode lists(ServedService served, ServedService.Reached reached) {
        ObjectNode lists = Rows.object();
        ArrayNode inside = lists.putArray("inside");
        ArrayNode outside = lists.putArray("outside");
        served.ports().stream()
                .filter(port -> port.number() == reached.number())
                .flatMap(port -> port.backends().stream())
                .forEach(standby -> {
                    put(inside, standby, ServedService.Standby::inside);
                    put(outside, standby, ServedService.Standby::outside);
                });
        return lists;
    }

    private static void put(
            ArrayNode list, ServedService.Standby standby, Function<ServedService.Standby, ServedService.Use> side) {
        if (side.apply(standby) == ServedService.Use.USED) {
            list.addObject().put("address", end(standby.at())).put("state", state(standby.endpoint()));
        }
    }

    /// All of one.
    ///
    /// @param problems of the whole node
    ObjectNode whole(ServedService served, List<Problem> problems) {
        ObjectNode row = head(served);
        ArrayNode reached = row.putArray("frontends");
        served.frontends().forEach(one -> reached.add(frontend(one)));
        ArrayNode backends = row.putArray("backends");
        for (ServedService.Port port : served.ports()) {
            port.backends().forEach(standby -> backends.add(backend(port, standby)));
        }
        ArrayNode found = row.putArray("problems");
        problems.stream()
                .filter(isOf(served))
                .forEach(problem -> found.addObject()
                        .put("object", problem.object())
                        .put("field", problem.field())
                        .put("reason", problem.reason()));
        return row;
    }

    private static Predicate<Problem> isOf(ServedService served) {
        String object = served.service().name().object();
        return problem -> problem.object().equals(object);
    }

    private ObjectNode frontend(ServedService.Reached reached) {
        FrontendKey at = reached.at();
        return Rows.object()
                .put("id", reached.number())
                .put("frontend", MapRows.end(at.address(), at.port(), at.family()))
                .put("protocol", Wire.protocol(at.protocol()))
                .put("type", reached.type())
                .put("state", state(reached));
    }

    /// Whether the kernel serves it.
    private String state(ServedService.Reached reached) {
        if (reached.holder().isPresent()) {
            return "taken by " + reached.holder().get();
        }
        return frontends
                .flatMap(map -> map.lookup(Maps.FRONTENDS.key().encode(reached.at())))
                .map(Frontend.CODEC::decode)
                .filter(entry -> entry.service() == reached.number())
                .map(_ -> "served")
                .orElse("not in the kernel yet");
    }

    private ObjectNode backend(ServedService.Port port, ServedService.Standby standby) {
        EndpointSlice.Place place = standby.endpoint().place();
        Optional<Owner> owner = owners.of(standby.endpoint().address());
        ObjectNode row = Rows.object()
                .put("id", port.number())
                .put("port", port.name())
                .put("backend", end(standby.at()))
                .put("protocol", Wire.protocol(standby.at().protocol()))
                .put("state", state(standby.endpoint()))
                .put("node", place.node().isEmpty() ? owner.map(Owner::node).orElse("") : place.node())
                .put(
                        "pod",
                        owner.filter(o -> o.kind() == Owner.Kind.POD)
                                .map(Owner::name)
                                .orElse(""));
        ArrayNode zones = row.putArray("zones");
        place.zones().forEach(zones::add);
        return row.put("inside", use(standby.inside())).put("outside", use(standby.outside()));
    }

    private static String use(ServedService.Use use) {
        return use == ServedService.Use.USED ? "used" : use.reason();
    }

    private static String state(EndpointSlice.Backend endpoint) {
        if (endpoint.ready()) {
            return "ready";
        }
        return endpoint.serving() && endpoint.terminating() ? "terminating, serving" : "not ready";
    }

    private static String end(Backend backend) {
        return MapRows.end(backend.address(), backend.port(), backend.family());
    }
}
