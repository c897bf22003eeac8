package io.stentor.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.NodeAddress;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The agent's own node as Kubernetes has it.
///
/// @param uid       of the Node object
/// @param addresses without names
/// @param podCidrs  `spec.podCIDRs`, or `spec.podCIDR` alone
/// @param said      by people and programs
public record LocalNode(String name, String uid, List<NodeAddress> addresses, List<Cidr> podCidrs, Metadata said) {

    public record Metadata(Map<String, String> labels, Map<String, String> annotations) {
        public Metadata {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }
    }

    Map<String, String> labels() {
        return said.labels;
    }

    Map<String, String> annotations() {
        return said.annotations;
    }

    public static Translated<LocalNode> translate(Node object) {
        String name = object.getMetadata().getName();
        List<Problem> problems = new ArrayList<>();
        List<NodeAddress> addresses = new ArrayList<>();
        if (object.getStatus() != null && object.getStatus().getAddresses() != null) {
            object.getStatus().getAddresses().forEach(a -> {
                Optional<NodeAddress.Type> type =
                        NodeAddress.Type.parse(a.getType()).filter(t -> t != NodeAddress.Type.HOSTNAME);
                Optional<IpAddress> address = IpAddress.parse(a.getAddress());
                if (type.isPresent() && address.isPresent()) {
                    addresses.add(new NodeAddress(type.get(), address.get()));
                } else if (type.isPresent()) {
                    problems.add(new Problem(
                            "Node/" + name, "status.addresses", "'" + a.getAddress() + "' is not an IP address"));
                }
            });
        }
        List<Cidr> cidrs = new ArrayList<>();
        for (String text : podCidrs(object)) {
            Optional<Cidr> cidr = Cidr.parse(text);
            cidr.ifPresent(cidrs::add);
            if (cidr.isEmpty()) {
                problems.add(new Problem("Node/" + name, "spec.podCIDRs", "'" + text + "' is not a CIDR"));
            }
        }
        return new Translated<>(
                new LocalNode(
                        name,
                        Optional.ofNullable(object.getMetadata().getUid()).orElse(""),
                        List.copyOf(addresses),
                        List.copyOf(cidrs),
                        new Metadata(
                                Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of()),
                                Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of()))),
                problems);
    }

    private static List<String> podCidrs(Node object) {
        if (object.getSpec() == null) {
            return List.of();
        }
        List<String> all = object.getSpec().getPodCIDRs();
        String one = object.getSpec().getPodCIDR();
        return all != null && !all.isEmpty() ? all : one == null || one.isEmpty() ? List.of() : List.of(one);
    }
}
