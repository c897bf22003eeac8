package io.stentor.flow;

import io.stentor.bpf.generated.EventType;
import io.stentor.flow.PacketEvent.Party;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import java.util.Optional;
import java.util.Set;

/// Which events somebody wants to see: those that all of this holds for.
///
/// @param types    empty for all
/// @param from     the source
/// @param to       the destination
/// @param endpoint either of the two
public record EventFilter(Set<EventType> types, Optional<Match> from, Optional<Match> to, Optional<Match> endpoint) {

    public EventFilter {
        types = Set.copyOf(types);
    }

    /// One end of a packet as people name it.
    public sealed interface Match {
        boolean test(Party party);

        /// By the number of an endpoint of this node.
        record ById(int id) implements Match {
            @Override
            public boolean test(Party party) {
                return party.endpoint() == id;
            }
        }

        record ByRange(Cidr range) implements Match {
            @Override
            public boolean test(Party party) {
                return party.address().filter(range::contains).isPresent();
            }
        }

        /// By what [Party#who] says, or the name of a node.
        record ByName(String name) implements Match {
            @Override
            public boolean test(Party party) {
                return party.who().equals(name)
                        || party.owner().filter(o -> o.name().equals(name)).isPresent();
            }
        }

        /// @param text an endpoint's number, an address, a range, `NAMESPACE/POD`, a node's name, `host` or `world`
        static Match parse(String text) {
            Optional<Match> range = IpAddress.parse(text)
                    .map(IpAddress::host)
                    .or(() -> Cidr.parse(text))
                    .map(ByRange::new);
            return range.orElseGet(
                    () -> text.matches("[0-9]{1,5}") ? new ById(Integer.parseInt(text)) : new ByName(text));
        }
    }

    public boolean test(PacketEvent event) {
        return (types.isEmpty() || types.contains(event.sighting().type()))
                && from.map(m -> m.test(event.source())).orElse(true)
                && to.map(m -> m.test(event.destination())).orElse(true)
                && endpoint.map(m -> m.test(event.source()) || m.test(event.destination()))
                        .orElse(true);
    }
}
