package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// CiliumNode to node.
public final class CiliumNodes {

    private CiliumNodes() {}

    public static Translated<Node> translate(GenericKubernetesResource object) {
        String name = object.getMetadata().getName();
        Tree spec = new Tree(object.getAdditionalProperties()).at("spec");
        Subject subject = new Subject("CiliumNode/" + name);
        List<NodeAddress> addresses = addresses(spec, subject);
        Node node = new Node(name, addresses, podCidrs(spec, addresses, subject));
        return new Translated<>(node, subject.problems());
    }

    /// Names, and kinds of addresses that are not known, are of no use here and no mistake.
    private static List<NodeAddress> addresses(Tree spec, Subject subject) {
        List<NodeAddress> addresses = new ArrayList<>();
        List<Tree> items = spec.at("addresses").items();
        for (int i = 0; i < items.size(); i++) {
            Optional<NodeAddress.Type> type = items.get(i).at("type").text().flatMap(NodeAddress.Type::parse);
            String text = items.get(i).at("ip").text().orElse("");
            Optional<IpAddress> address = IpAddress.parse(text);
            boolean counts = type.isPresent() && type.get() != NodeAddress.Type.HOSTNAME;
            String field = "spec.addresses[" + i + "].ip";
            if (counts && address.isEmpty()) {
                subject.wrong(field, "'" + text + "' is not an IP address");
            } else if (counts && Sense.fault(address.get()).isPresent()) {
                subject.wrong(field, text + " " + Sense.fault(address.get()).get());
            } else if (type.isPresent() && address.isPresent()) {
                addresses.add(new NodeAddress(type.get(), address.get()));
            }
        }
        if (addresses.stream().noneMatch(a -> a.type() == NodeAddress.Type.INTERNAL_IP)) {
            subject.wrong("spec.addresses", "there is no InternalIP: other nodes cannot reach its pods");
        }
        return addresses;
    }

    private static List<Cidr> podCidrs(Tree spec, List<NodeAddress> addresses, Subject subject) {
        List<IpAddress> own = addresses.stream()
                .filter(a -> a.type() != NodeAddress.Type.CILIUM_INTERNAL_IP)
                .map(NodeAddress::address)
                .toList();
        List<Cidr> cidrs = new ArrayList<>();
        List<Tree> items = spec.at("ipam", "podCIDRs").items();
        for (int i = 0; i < items.size(); i++) {
            String text = items.get(i).text().orElse("");
            Optional<Cidr> cidr = Cidr.parse(text);
            String field = "spec.ipam.podCIDRs[" + i + "]";
            if (cidr.isEmpty()) {
                subject.wrong(field, "'" + text + "' is not a CIDR");
            } else {
                Optional<String> fault = Sense.fault(cidr.get(), own);
                fault.ifPresent(reason -> subject.wrong(field, text + " " + reason));
                if (fault.isEmpty()) {
                    cidrs.add(cidr.get());
                }
            }
        }
        return cidrs;
    }
}
