package io.stentor.agent.api;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.flow.KernelClock;
import io.stentor.flow.Wire;
import io.stentor.kernel.bpf.BpfMap;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// The tables of connections that leave under the node's address: who it is on the way out, whom an
/// answer is for, and what conntrack says about both.
record MasqueradeRows(Map<String, BpfMap> maps, MapNames names, ConnectionRows connections, KernelClock clock) {

    void pass(Sieve.Pass to) throws IOException {
        for (MapSpec<NatKey, NatEntry> table : List.of(Maps.NAT, Maps.NAT_UNANSWERED)) {
            for (BpfMap.Entry found : JoinedMaps.map(maps, table).dump()) {
                add(table, NatKey.CODEC.decode(found.key()), NatEntry.CODEC.decode(found.value()), to);
            }
        }
        to.end();
    }

    private void add(MapSpec<?, ?> table, NatKey key, NatEntry entry, Sieve.Pass to) throws IOException {
        Family family = key.family();
        End source = new End(entry.pod(), entry.port(), family);
        End local = new End(key.local(), key.localPort(), family);
        End remote = new End(key.remote(), key.remotePort(), family);
        to.add(
                Rows.object()
                        .put("protocol", Wire.protocol(key.protocol()))
                        .put("source", source.toString())
                        .put("sourceName", names.owner(source))
                        .put("as", local.toString())
                        .put("remote", remote.toString())
                        .put("remoteName", names.owner(remote))
                        .put("connection", connections.state(source, remote, key.protocol()))
                        .put("secondsLeft", clock.secondsUntil(entry.deadline()))
                        .put("table", table.name()),
                List.of(source, local, remote));
    }
}
