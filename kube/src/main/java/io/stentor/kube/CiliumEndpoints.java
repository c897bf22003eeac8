package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.RemotePod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// CiliumEndpoint to pods.
public final class CiliumEndpoints {

    /// Identity of a pod whose own is not known yet.
    private static final int INIT = 5;

    private CiliumEndpoints() {}

    /// One row for each address.
    public static Translated<List<RemotePod>> translate(GenericKubernetesResource object) {
        String name = "CiliumEndpoint/" + object.getMetadata().getNamespace() + "/"
                + object.getMetadata().getName();
        Tree status = new Tree(object.getAdditionalProperties()).at("status");
        Tree networking = status.at("networking");
        List<Tree> addressing = networking.at("addressing").items();
        List<Problem> problems = new ArrayList<>();
        List<RemotePod> rows = new ArrayList<>();
        if (addressing.isEmpty()) {
            // Its agent has not come that far.
            return new Translated<>(rows, problems);
        }
        String nodeText = networking.at("node").text().orElse("");
        Optional<IpAddress> node = IpAddress.parse(nodeText);
        if (node.isEmpty()) {
            String reason = "'" + nodeText + "' is not an IP address";
            return new Translated<>(rows, List.of(new Problem(name, "status.networking.node", reason)));
        }
        long identity = status.at("identity", "id").number().orElse((long) INIT);
        if (identity < 1 || identity > 0xffffffL) {
            problems.add(new Problem(name, "status.identity.id", identity + " is not an identity"));
            identity = INIT;
        }
        for (int i = 0; i < addressing.size(); i++) {
            for (String family : List.of("ipv4", "ipv6")) {
                String text = addressing.get(i).at(family).text().orElse("");
                Optional<IpAddress> address = IpAddress.parse(text);
                String field = "status.networking.addressing[" + i + "]." + family;
                if (address.isPresent() && Sense.fault(address.get()).isPresent()) {
                    String fault = Sense.fault(address.get()).get();
                    problems.add(new Problem(name, field, text + " " + fault));
                } else if (address.isPresent()) {
                    rows.add(new RemotePod(address.get(), (int) identity, node.get()));
                } else if (!text.isEmpty()) {
                    problems.add(new Problem(name, field, "'" + text + "' is not an IP address"));
                }
            }
        }
        return new Translated<>(rows, problems);
    }
}
