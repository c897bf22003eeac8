package io.stentor.agent.api;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Address;
import io.stentor.bpf.generated.AddressKind;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.datapath.compile.Keys;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the programs find about services, in the kernel's maps as they are now: as `lib/balance.h` looks.
///
/// @param maps by name
record FrontendLookup(Map<String, BpfMap> maps) {

    /// The service at an address and port.
    Optional<Frontend> find(IpAddress address, int port, Protocol protocol) {
        return entry(Keys.bytes(address), port, protocol, address.family())
                .or(() -> entry(Bytes16.ZERO, port, protocol, address.family())
                        .filter(found -> isReachedAt(address, found)));
    }

    private Optional<Frontend> entry(Bytes16 address, int port, Protocol protocol, Family family) {
        FrontendKey key = new FrontendKey(
                address, port, protocol.number(), io.stentor.bpf.generated.Family.of(Keys.number(family)));
        return JoinedMaps.map(maps, Maps.FRONTENDS).lookup(key.encode()).map(Frontend.CODEC::decode);
    }

    /// Whether what all of a node's addresses have is at this one.
    private boolean isReachedAt(IpAddress address, Frontend frontend) {
        if (isLoopback(address)) {
            return true;
        }
        Optional<Address> known = JoinedMaps.map(maps, Maps.ADDRESSES)
                .lookup(Keys.of(address).encode())
                .map(Address.CODEC::decode);
        if (known.isEmpty()) {
            return false;
        }
        boolean own = known.get().kind() == AddressKind.HOST;
        if ((frontend.flags() & FrontendFlag.THIS_NODE) != 0) {
            return own;
        }
        return known.get().kind() == AddressKind.REMOTE_NODE
                || (own && known.get().nodePorts());
    }

    static boolean isLoopback(IpAddress address) {
        return switch (address.family()) {
            case IPV4 -> address.low() >>> 24 == 127;
            case IPV6 -> address.high() == 0 && address.low() == 1;
        };
    }

    /// The backends that clients get, in the order of their places.
    List<Backend> backends(Frontend frontend, boolean outside) {
        int list = outside ? frontend.outside() : frontend.inside();
        int count = outside ? frontend.outsideCount() : frontend.insideCount();
        List<Backend> backends = new ArrayList<>();
        for (int slot = 0; slot < count; slot++) {
            JoinedMaps.map(maps, Maps.SLOTS)
                    .lookup(new SlotKey(list, slot).encode())
                    .flatMap(number -> JoinedMaps.map(maps, Maps.BACKENDS).lookup(number))
                    .map(Backend.CODEC::decode)
                    .ifPresent(backends::add);
        }
        return backends;
    }
}
