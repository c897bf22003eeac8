package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// CiliumNode to node.
public final class CiliumNodes {

    private CiliumNodes() {}

    public static Translated<Node> translate(GenericKubernetesResource object) {
        String name = object.getMetadata().getName();
        Tree spec = new Tree(object.getAdditionalProperties()).at("spec");
        List<Problem> problems = new ArrayList<>();
        Subject subject = new Subject("CiliumNode/" + name, problems);
        return new Translated<>(new Node(name, addresses(spec, subject), podCidrs(spec, subject)), problems);
    }

    private record Subject(String object, List<Problem> problems) {
        void wrong(String field, String reason) {
            problems.add(new Problem(object, field, reason));
        }
    }

    /// Names, and kinds of addresses that are not known, are of no use here and no mistake.
    private static List<NodeAddress> addresses(Tree spec, Subject subject) {
        List<NodeAddress> addresses = new ArrayList<>();
        List<Tree> items = spec.at("addresses").items();
        for (int i = 0; i < items.size(); i++) {
            Optional<NodeAddress.Type> type = items.get(i).at("type").text().flatMap(NodeAddress.Type::parse);
            String text = items.get(i).at("ip").text().orElse("");
            Optional<IpAddress> address = IpAddress.parse(text);
            if (type.isPresent() && address.isPresent()) {
                addresses.add(new NodeAddress(type.get(), address.get()));
            } else if (type.isPresent() && type.get() != NodeAddress.Type.HOSTNAME) {
                subject.wrong("spec.addresses[" + i + "].ip", "'" + text + "' is not an IP address");
            }
        }
        if (addresses.stream().noneMatch(a -> a.type() == NodeAddress.Type.INTERNAL_IP)) {
            subject.wrong("spec.addresses", "there is no InternalIP: other nodes cannot reach its pods");
        }
        return addresses;
    }

    private static List<Cidr> podCidrs(Tree spec, Subject subject) {
        List<Cidr> cidrs = new ArrayList<>();
        List<Tree> items = spec.at("ipam", "podCIDRs").items();
        for (int i = 0; i < items.size(); i++) {
            String text = items.get(i).text().orElse("");
            Optional<Cidr> cidr = Cidr.parse(text);
            if (cidr.isPresent()) {
                cidrs.add(cidr.get());
            } else {
                subject.wrong("spec.ipam.podCIDRs[" + i + "]", "'" + text + "' is not a CIDR");
            }
        }
        return cidrs;
    }
}
