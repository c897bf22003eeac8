package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which service addresses and node ports are free: those in range that no Service has.
final class ServiceAddresses {

    private static final int FIRST_PORT = 30000;
    private static final int LAST_PORT = 32767;

    private final Store store;
    private final List<Cidr> ranges;

    ServiceAddresses(Store store, List<Cidr> ranges) {
        this.store = store;
        this.ranges = ranges;
    }

    /// The families that a Service gets.
    ///
    /// @param policy its `ipFamilyPolicy`
    /// @param asked  the address it asked for, "" or `None` for no particular one
    List<Family> families(String policy, String asked) {
        List<Family> all = ranges.stream().map(Cidr::family).toList();
        Optional<Family> wanted = IpAddress.parse(asked).map(IpAddress::family);
        if (policy.equals("SingleStack")) {
            return wanted.map(List::of).orElse(all.subList(0, 1));
        }
        return wanted.isPresent() && wanted.get() != all.getFirst() ? all.reversed() : all;
    }

    /// The first free address, the range's first being the API server's own.
    Optional<String> free(Family family, ObjectName asking) {
        Set<String> taken = takenAddresses(asking);
        for (Cidr range : ranges) {
            if (range.family() == family) {
                long size = Math.min(1L << Math.min(family.bits() - range.prefix(), 20), 1 << 20);
                boolean first = asking.equals(new ObjectName("default", "kubernetes"));
                for (long i = first ? 1 : 10; i < size - 1; i++) {
                    String address = range.address().plus(i).toString();
                    if (!taken.contains(address)) {
                        return Optional.of(address);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// Why a Service cannot have an address.
    Optional<String> objection(String text, ObjectName asking) {
        Optional<IpAddress> address = IpAddress.parse(text);
        if (address.isEmpty()) {
            return Optional.of("must be a valid IP address");
        }
        if (ranges.stream().noneMatch(range -> range.contains(address.get()))) {
            return Optional.of("the provided IP is not in the valid range, which is " + ranges);
        }
        return takenAddresses(asking).contains(address.get().toString())
                ? Optional.of("provided IP is already allocated")
                : Optional.empty();
    }

    private Set<String> takenAddresses(ObjectName asking) {
        Set<String> taken = new HashSet<>();
        others(asking).forEach(s -> Json.at(s, "spec.clusterIPs").forEach(ip -> taken.add(ip.asText())));
        return taken;
    }

    Set<Integer> takenPorts(ObjectName asking) {
        Set<Integer> taken = new HashSet<>();
        for (JsonNode service : others(asking)) {
            Json.at(service, "spec.ports")
                    .forEach(port -> taken.add(port.path("nodePort").asInt(0)));
        }
        return taken;
    }

    static int freePort(Set<Integer> taken) {
        for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
            if (!taken.contains(port)) {
                return port;
            }
        }
        throw new ApiException(500, "InternalError", "no node port is free", Json.object());
    }

    private List<ObjectNode> others(ObjectName asking) {
        return store.table(Resource.SERVICES.qualified()).snapshot().objects().entrySet().stream()
                .filter(e -> !e.getKey().equals(asking))
                .map(java.util.Map.Entry::getValue)
                .toList();
    }
}
