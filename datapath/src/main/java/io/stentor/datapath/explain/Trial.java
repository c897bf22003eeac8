package io.stentor.datapath.explain;

import io.stentor.bpf.Bytes16;
import java.util.Set;

/// A packet at a hook.
///
/// @param program   at the hook: `from_pod`
/// @param ifindex   of the link that the hook is on
/// @param identity  that a tunnel is to have told of the sender; 0 for other hooks
/// @param frame     from its Ethernet header on
/// @param concerned addresses whose connections may matter: the sender's, and whom it may come to speak
///     with
@SuppressWarnings("ArrayRecordComponent")
public record Trial(String program, int ifindex, int identity, byte[] frame, Set<Bytes16> concerned) {
    public Trial {
        concerned = Set.copyOf(concerned);
    }
}
