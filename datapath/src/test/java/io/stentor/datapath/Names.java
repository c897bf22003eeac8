package io.stentor.datapath;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;

/// What the names in a packet's text stand for.
interface Names {
    /// Nothing has a name.
    Names NONE = new Names() {
        @Override
        public IpAddress address(String name, Family family) {
            return IpAddress.of(name);
        }

        @Override
        public MacAddress mac(String name) {
            return MacAddress.of(name);
        }
    };

    /// @throws IllegalArgumentException if it stands for nothing
    IpAddress address(String name, Family family);

    /// @throws IllegalArgumentException if it stands for nothing
    MacAddress mac(String name);
}
