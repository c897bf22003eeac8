package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.generated.EventType;
import io.stentor.flow.PacketEvent;
import io.stentor.flow.PacketEvent.Packet;
import io.stentor.flow.PacketEvent.Party;
import io.stentor.flow.PacketEvent.Sighting;
import io.stentor.flow.Wire;
import java.util.Map;

/// Events as JSON: what a program reads, and what the command line makes its lines from.
final class EventJson {
    private static final int TCP = 6;

    private EventJson() {}

    /// @param links names by index, of those that are known
    static ObjectNode of(PacketEvent event, Map<Integer, String> links) {
        ObjectNode json = Rows.object().put("time", event.time().toString());
        Sighting sighting = event.sighting();
        json.put("type", Wire.text(sighting.type()));
        if (sighting.type() == EventType.DROP) {
            json.put("reason", sighting.reasonText()).put("reasonCode", sighting.reason());
        }
        json.put("point", Wire.text(sighting.point()));
        json.put("direction", Wire.text(sighting.direction()));
        json.put("connection", Wire.text(sighting.connection()));
        Packet packet = event.packet();
        json.put("interface", links.getOrDefault(packet.ifindex(), "")).put("ifindex", packet.ifindex());
        json.put("length", packet.length());
        event.family().ifPresent(family -> {
            json.put("family", Wire.text(family)).put("protocol", Wire.protocol(packet.protocol()));
            if (packet.protocol() == TCP) {
                ArrayNode flags = json.putArray("flags");
                Wire.tcpFlags(packet.tcpFlags()).forEach(flags::add);
            }
            packet.icmp().ifPresent(icmp -> json.put("icmpType", icmp.type()).put("icmpCode", icmp.code()));
        });
        json.set("source", party(event.source()));
        json.set("destination", party(event.destination()));
        return json;
    }

    private static ObjectNode party(Party party) {
        ObjectNode json = Rows.object();
        party.address().ifPresent(address -> json.put("address", address.toString()));
        if (party.port() != 0) {
            json.put("port", party.port());
        }
        json.put("identity", Integer.toUnsignedLong(party.identity()));
        if (party.endpoint() != 0) {
            json.put("endpoint", party.endpoint());
        }
        json.put("who", party.who());
        party.owner()
                .ifPresent(owner -> json.put("kind", owner.kind().toString())
                        .put("name", owner.name())
                        .put("node", owner.node()));
        return json;
    }
}
