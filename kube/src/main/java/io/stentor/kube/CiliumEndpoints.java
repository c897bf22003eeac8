package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.IpAddress;
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
        Subject subject = Subject.of("CiliumEndpoint", object);
        Tree status = new Tree(object.getAdditionalProperties()).at("status");
        Tree networking = status.at("networking");
        List<Tree> addressing = networking.at("addressing").items();
        List<RemotePod> rows = new ArrayList<>();
        if (addressing.isEmpty()) {
            // Its agent has not come that far.
            return new Translated<>(rows, List.of());
        }
        String nodeText = networking.at("node").text().orElse("");
        Optional<IpAddress> node = IpAddress.parse(nodeText);
        if (node.isEmpty()) {
            subject.wrong("status.networking.node", "'" + nodeText + "' is not an IP address");
            return new Translated<>(rows, subject.problems());
        }
        long identity = status.at("identity", "id").number().orElse((long) INIT);
        if (identity < 1 || identity > 0xffffffL) {
            subject.wrong("status.identity.id", identity + " is not an identity");
            identity = INIT;
        }
        int known = (int) identity;
        for (int i = 0; i < addressing.size(); i++) {
            for (String family : List.of("ipv4", "ipv6")) {
                Tree text = addressing.get(i).at(family);
                if (!text.text().orElse("").isEmpty()) {
                    subject.address(text, "status.networking.addressing[" + i + "]." + family)
                            .ifPresent(address -> rows.add(new RemotePod(address, known, node.get())));
                }
            }
        }
        return new Translated<>(rows, subject.problems());
    }
}
