package io.stentor.lab;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;

/// Addresses in URLs.
final class Addresses {

    private Addresses() {}

    static String https(IpAddress address, int port) {
        String host = address.family() == Family.IPV6 ? "[" + address + "]" : address.toString();
        return "https://" + host + ":" + port;
    }
}
