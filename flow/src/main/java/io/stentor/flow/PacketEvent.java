package io.stentor.flow;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.time.Instant;
import java.util.Optional;

/// Something that happened to a packet, in the field's terms and with names where there are any.
public record PacketEvent(Instant time, Sighting sighting, Party source, Party destination, Packet packet) {

    /// What was seen of it, and where.
    ///
    /// @param reason why it was dropped, a [io.stentor.bpf.generated.DropReason]'s number; 0 for traces
    public record Sighting(
            EventType type, int reason, ObservationPoint point, Direction direction, CtState connection) {

        /// The reason in the words that metrics use, too.
        public String reasonText() {
            return Wire.dropReason(reason);
        }
    }

    /// One end.
    ///
    /// @param address  empty where the packet could not be read
    /// @param port     0 where there is none; an ICMP query's identifier at the end that asks
    /// @param endpoint number of a pod of this node, or 0
    /// @param owner    empty for the world
    public record Party(Optional<IpAddress> address, int port, int identity, int endpoint, Optional<Owner> owner) {

        /// `demo/client`, `node worker-2`, `world`.
        public String who() {
            return owner.map(Owner::toString).orElse(Owner.identity(identity));
        }
    }

    /// @param ifindex  of the link that it was seen at
    /// @param length   of the frame, bytes
    /// @param protocol IANA's number
    /// @param tcpFlags as in the header
    /// @param icmp     type and code, where it is ICMP
    public record Packet(int ifindex, int length, int protocol, int tcpFlags, Optional<Icmp> icmp) {}

    public record Icmp(int type, int code) {}

    /// @param owners of a state that is near the event's time
    public static PacketEvent of(Event event, KernelClock clock, Owners owners) {
        Optional<Icmp> icmp = Wire.isIcmp(event.protocol())
                ? Optional.of(new Icmp(event.icmpType(), event.icmpCode()))
                : Optional.empty();
        return new PacketEvent(
                clock.at(event.time()),
                new Sighting(event.type(), event.dropReason(), event.point(), event.direction(), event.ctState()),
                party(event, true, owners),
                party(event, false, owners),
                new Packet(event.ifindex(), event.length(), event.protocol(), event.tcpFlags(), icmp));
    }

    private static Party party(Event event, boolean source, Owners owners) {
        Bytes16 bytes = source ? event.source() : event.destination();
        int endpoint = source ? event.sourceEndpoint() : event.destinationEndpoint();
        Optional<IpAddress> address = Wire.address(bytes, event.family());
        return new Party(
                address,
                source ? event.sourcePort() : event.destinationPort(),
                source ? event.sourceIdentity() : event.destinationIdentity(),
                endpoint,
                owner(address, endpoint, owners));
    }

    /// Which endpoint it was the datapath knew by the link, also when the address is forged.
    private static Optional<Owner> owner(Optional<IpAddress> address, int endpoint, Owners owners) {
        Optional<Owner> known = endpoint == 0 ? Optional.empty() : owners.of(endpoint);
        return known.or(() -> address.flatMap(owners::of));
    }

    /// Of the two ends; empty where the packet could not be read.
    public Optional<Family> family() {
        return source.address.map(IpAddress::family);
    }
}
