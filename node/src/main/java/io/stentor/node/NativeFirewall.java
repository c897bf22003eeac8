package io.stentor.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stentor.model.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Chains of nftables' own tables that drop what is forwarded. They are their owner's (firewalld, an administrator's
/// file) and rewritten by him whole, so that a rule of ours would not last: we say what is missing instead.
final class NativeFirewall {
    private static final ObjectMapper JSON = new ObjectMapper();

    private NativeFirewall() {}

    static List<Problem> check() {
        return problems(chains());
    }

    /// As nft lists them in JSON; without nft nothing.
    private static String chains() {
        try {
            Command listed = Command.run(List.of("nft", "-j", "list", "chains"));
            return listed.succeeded() ? listed.output() : "{}";
        } catch (IOException absent) {
            return "{}";
        }
    }

    /// Of all chains and of the tables that they are in, those of iptables' newer generation included.
    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (JsonNode entry : read(chains()).path("nftables")) {
            JsonNode chain = entry.path("chain");
            if (chain.isObject()) {
                names.add(chain.path("name").asText());
                names.add(chain.path("table").asText());
            }
        }
        return names;
    }

    /// @param chains as nft lists them in JSON
    static List<Problem> problems(String chains) {
        List<Problem> problems = new ArrayList<>();
        for (JsonNode entry : read(chains).path("nftables")) {
            JsonNode chain = entry.path("chain");
            String name = chain.path("name").asText();
            // iptables' own chain is what ForwardAccepts looks after.
            if (chain.path("hook").asText().equals("forward")
                    && chain.path("policy").asText().equals("drop")
                    && !name.equals("FORWARD")) {
                problems.add(new Problem(
                        "firewall",
                        "nft " + chain.path("family").asText() + " "
                                + chain.path("table").asText() + " " + name,
                        "drops what the host forwards, also for pods where it goes through the host's stack: let it"
                                + " accept the interfaces " + AttachmentKey.LINK_PREFIX + "* and "
                                + DesiredNetwork.TUNNEL));
            }
        }
        return problems;
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException unknown) {
            return JSON.missingNode();
        }
    }
}
