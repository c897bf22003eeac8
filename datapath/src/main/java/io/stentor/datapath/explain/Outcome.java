package io.stentor.datapath.explain;

import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import java.util.List;
import java.util.Map;

/// What came of a packet, and what the programs would know of its connection now.
///
/// @param verdict     what the program returned: one of the constants
/// @param packet      as it is afterwards
/// @param events      that would have been reported
/// @param connections those of the sender, with those that this packet has begun
/// @param masqueraded the same of those that leave under the node's address
@SuppressWarnings("ArrayRecordComponent")
public record Outcome(
        int verdict,
        byte[] packet,
        List<Event> events,
        Map<CtKey, CtEntry> connections,
        Map<NatKey, NatEntry> masqueraded) {

    /// Goes on as if there were no program.
    public static final int PASSED = 0;

    public static final int DROPPED = 2;

    /// Given to another link.
    public static final int REDIRECTED = 7;

    public Outcome {
        events = List.copyOf(events);
        connections = Map.copyOf(connections);
        masqueraded = Map.copyOf(masqueraded);
    }
}
