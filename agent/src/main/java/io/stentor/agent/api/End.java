package io.stentor.agent.api;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Family;
import io.stentor.datapath.compile.Keys;
import io.stentor.model.IpAddress;

/// One side of something: an address as the maps have it, and a port.
record End(Bytes16 address, int port, Family family) {

    IpAddress ip() {
        return Keys.address(address, family.code());
    }

    boolean isAt(Place place) {
        return ip().equals(place.address())
                && (place.port().isEmpty() || place.port().getAsInt() == port);
    }

    @Override
    public String toString() {
        return MapRows.end(address, port, family);
    }
}
