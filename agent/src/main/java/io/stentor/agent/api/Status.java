package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.flow.Wire;
import io.stentor.model.Applied;
import io.stentor.model.Node;
import io.stentor.model.State;

/// The answer of `status`.
final class Status {
    private Status() {}

    static ObjectNode of(AgentView view) {
        Health health = Health.of(view);
        State state = view.facts().state().get();
        Applied.Report applied = view.facts().applied().get();
        ObjectNode json = Rows.object()
                .put("node", view.about().node())
                .put("status", health.ok() ? "ok" : "degraded")
                .put("ready", health.ready())
                .put("version", Build.current().version());
        ArrayNode parts = json.putArray("parts");
        health.parts()
                .forEach(part -> parts.addObject()
                        .put("part", part.part())
                        .put("status", part.level().toString())
                        .put("detail", part.detail()));
        json.putObject("datapath")
                .put("revision", state.revision())
                .put("applied", applied.revision())
                .put("synced", state.synced())
                .put("endpoints", state.endpoints().size())
                .put("nodes", state.nodes().size())
                .put("remotePods", state.pods().size());
        addNetwork(json, view, state);
        ArrayNode problems = json.putArray("problems");
        health.problems()
                .forEach(problem -> problems.addObject()
                        .put("object", problem.object())
                        .put("field", problem.field())
                        .put("reason", problem.reason()));
        return json;
    }

    private static void addNetwork(ObjectNode json, AgentView view, State state) {
        AgentView.NetworkView network = view.network().get();
        json.put("routing", network.routing());
        ArrayNode devices = json.putArray("devices");
        network.devices()
                .forEach(device -> devices.addObject()
                        .put("name", device.name())
                        .put("ifindex", device.ifindex())
                        .put("mtu", device.mtu()));
        ArrayNode addresses = json.putArray("addresses");
        ArrayNode pools = json.putArray("ipam");
        Node self = state.nodes().get(view.about().node());
        if (self != null) {
            self.addresses()
                    .forEach(a -> addresses
                            .addObject()
                            .put("type", a.type().toString())
                            .put("address", a.address().toString()));
            PoolUse.of(state, self)
                    .forEach(pool -> pools.addObject()
                            .put("pool", pool.pool().toString())
                            .put("family", Wire.text(pool.pool().family()))
                            .put("capacity", pool.capacity())
                            .put("used", pool.used()));
        }
    }
}
