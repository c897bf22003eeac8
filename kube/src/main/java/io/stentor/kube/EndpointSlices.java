package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import io.stentor.model.ServiceName;
import io.stentor.model.SliceName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// EndpointSlice to slice.
public final class EndpointSlices {

    private static final String WEIGHT = "service.cilium.io/weight";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");

    private EndpointSlices() {}

    /// No row for those of no service, of headless ones and of others' (by their labels), and for those of names
    /// (FQDN).
    public static Translated<Optional<EndpointSlice>> translate(
            GenericKubernetesResource object, ServiceSettings settings) {
        Map<String, String> labels = ServiceLabels.of(object);
        Tree root = new Tree(object.getAdditionalProperties());
        String type = root.at("addressType").shown();
        if (!ServiceLabels.isSliceServed(labels, settings.proxyName()) || type.equals("FQDN")) {
            return new Translated<>(Optional.empty(), List.of());
        }
        Subject subject = Subject.of("EndpointSlice", object);
        Optional<Family> family = family(type);
        if (family.isEmpty()) {
            subject.wrong("addressType", "'" + type + "' is none of IPv4, IPv6, FQDN");
            return new Translated<>(Optional.empty(), subject.problems());
        }
        String namespace = object.getMetadata().getNamespace();
        List<Tree> endpoints = root.at("endpoints").items();
        EndpointSlice slice = new EndpointSlice(
                new SliceName(namespace, object.getMetadata().getName()),
                new ServiceName(namespace, ServiceLabels.serviceName(labels)),
                ports(root.at("ports").items(), !endpoints.isEmpty(), subject),
                rested(backends(endpoints, family.get(), subject), weight(object, subject)));
        return new Translated<>(Optional.of(slice), subject.problems());
    }

    /// How much each of its endpoints is to get of what is balanced by weights; 1 unless it says so.
    private static int weight(GenericKubernetesResource object, Subject subject) {
        Optional<String> said =
                new Tree(object.getMetadata().getAnnotations()).at(WEIGHT).text();
        if (said.isEmpty()) {
            return 1;
        }
        if (NUMBER.matcher(said.get()).matches()) {
            return Integer.parseInt(said.get());
        }
        subject.wrong("metadata.annotations[" + WEIGHT + "]", "'" + said.get() + "' is not a number from 0 to 99999");
        return 1;
    }

    /// Endpoints without weight keep the connections that they have, and get no others.
    private static List<EndpointSlice.Backend> rested(List<EndpointSlice.Backend> backends, int weight) {
        return weight > 0
                ? backends
                : backends.stream()
                        .map(backend -> new EndpointSlice.Backend(
                                backend.address(), false, false, backend.terminating(), backend.place()))
                        .toList();
    }

    private static Optional<Family> family(String addressType) {
        return switch (addressType) {
            case "IPv4" -> Optional.of(Family.IPV4);
            case "IPv6" -> Optional.of(Family.IPV6);
            default -> Optional.empty();
        };
    }

    private static List<EndpointSlice.Port> ports(List<Tree> items, boolean needed, Subject subject) {
        if (items.isEmpty() && needed) {
            subject.wrong("ports", "there are none: nothing reaches its endpoints");
        }
        List<EndpointSlice.Port> ports = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            Tree item = items.get(i);
            String field = "ports[" + i + "]";
            String name = item.at("name").text().orElse("");
            Optional<Protocol> protocol = subject.protocol(item.at("protocol"), field + ".protocol");
            Optional<Integer> port = subject.port(item.at("port"), field + ".port");
            if (protocol.isEmpty() || port.isEmpty()) {
                continue;
            }
            if (names.add(name)) {
                ports.add(new EndpointSlice.Port(name, protocol.get(), port.get()));
            } else {
                subject.wrong(field + ".name", "'" + name + "' is the name of an earlier port: left out");
            }
        }
        return ports;
    }

    private static List<EndpointSlice.Backend> backends(List<Tree> items, Family family, Subject subject) {
        List<EndpointSlice.Backend> backends = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Tree item = items.get(i);
            address(item, "endpoints[" + i + "].addresses", family, subject)
                    .ifPresent(address -> backends.add(backend(address, item)));
        }
        return backends;
    }

    /// The first one: others of an endpoint say nothing.
    private static Optional<IpAddress> address(Tree endpoint, String field, Family family, Subject subject) {
        List<Tree> addresses = endpoint.at("addresses").items();
        if (addresses.isEmpty()) {
            subject.wrong(field, "there is none: the endpoint is left out");
            return Optional.empty();
        }
        Optional<IpAddress> address = subject.address(addresses.getFirst(), field + "[0]");
        if (address.isPresent() && address.get().family() != family) {
            subject.wrong(field + "[0]", address.get() + " is not of the slice's addressType: left out");
            return Optional.empty();
        }
        return address;
    }

    private static EndpointSlice.Backend backend(IpAddress address, Tree endpoint) {
        Tree conditions = endpoint.at("conditions");
        boolean ready = conditions.at("ready").truth().orElse(true);
        List<String> zones = endpoint.at("hints", "forZones").items().stream()
                .flatMap(zone -> zone.at("name").text().stream())
                .toList();
        return new EndpointSlice.Backend(
                address,
                ready,
                conditions.at("serving").truth().orElse(ready),
                conditions.at("terminating").truth().orElse(false),
                new EndpointSlice.Place(endpoint.at("nodeName").text().orElse(""), zones));
    }
}
