package io.stentor.node;

import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Prefix;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// The model's addresses in the words of the kernel module, which knows no model, and back.
final class KernelTerms {
    private KernelTerms() {}

    static InetAddress inet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.bytes());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static IpAddress address(InetAddress address) {
        return IpAddress.of(address.getAddress());
    }

    static Prefix prefix(Cidr range) {
        return new Prefix(inet(range.address()), range.prefix());
    }

    static Prefix host(IpAddress address) {
        return prefix(address.host());
    }

    static Cidr range(Prefix prefix) {
        return new Cidr(address(prefix.address()), prefix.length());
    }

    static Mac mac(MacAddress mac) {
        return new Mac(mac.value());
    }

    static IpVersion version(Family family) {
        return switch (family) {
            case IPV4 -> IpVersion.IPV4;
            case IPV6 -> IpVersion.IPV6;
        };
    }
}
