package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.Bytes6;
import io.stentor.bpf.generated.AddressKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.RangeKey;
import io.stentor.bpf.generated.SourceRangeKey;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.util.stream.Stream;

/// Addresses as the programs' keys and values hold them.
public final class Keys {
    /// The family stands before the address in the tries' keys.
    private static final int FAMILY_BITS = 32;

    /// Service, family and what fills up to the address, in the key of `source_ranges`.
    private static final int SERVICE_BITS = 96;

    private Keys() {}

    /// An IPv4 address takes the first four bytes.
    public static Bytes16 bytes(IpAddress address) {
        return address.family() == Family.IPV4
                ? new Bytes16(address.low() << 32, 0)
                : new Bytes16(address.high(), address.low());
    }

    public static Bytes6 bytes(MacAddress mac) {
        return new Bytes6(mac.value());
    }

    /// 4 or 6.
    public static int number(Family family) {
        return switch (family) {
            case IPV4 -> io.stentor.bpf.generated.Family.IPV4.code();
            case IPV6 -> io.stentor.bpf.generated.Family.IPV6.code();
        };
    }

    static io.stentor.bpf.generated.Family family(IpAddress address) {
        return family(address.family());
    }

    static io.stentor.bpf.generated.Family family(Family family) {
        return io.stentor.bpf.generated.Family.of(number(family));
    }

    /// The families that there are among addresses, IPv4 first.
    static Stream<io.stentor.bpf.generated.Family> families(Stream<IpAddress> addresses) {
        return addresses.map(Keys::family).distinct().sorted();
    }

    public static AddressKey of(IpAddress address) {
        return new AddressKey(bytes(address), number(address.family()));
    }

    public static RangeKey of(Cidr range) {
        return new RangeKey(FAMILY_BITS + range.prefix(), number(range.family()), bytes(range.address()));
    }

    /// Of a range of clients of a service's port, whose number stands before the family.
    static SourceRangeKey of(int service, Cidr range) {
        return new SourceRangeKey(
                SERVICE_BITS + range.prefix(), service, number(range.family()), bytes(range.address()));
    }

    /// The place in `local_pods` of a pod with this address: its last bits, and the family in the lowest.
    public static int localPod(IpAddress address) {
        int places = Maps.LOCAL_PODS.shape().maxEntries() / 2;
        return (int) (address.low() & (places - 1)) << 1 | (address.family() == Family.IPV6 ? 1 : 0);
    }

    /// The reverse of [#of(IpAddress)], for what is read from a map.
    public static IpAddress address(Bytes16 bytes, int family) {
        return family == number(Family.IPV4)
                ? new IpAddress(Family.IPV4, 0, bytes.high() >>> 32)
                : new IpAddress(Family.IPV6, bytes.high(), bytes.low());
    }
}
