package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.LabFailure;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Shell;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Executes network plugins as a container runtime does (CNI specification 1.1, sections 2 and 3): in the node's own
/// namespaces, from its plugin directory.
final class Cni {

    private final NodeSpace node;

    Cni(NodeSpace node) {
        this.node = node;
    }

    /// Connects a pod.
    ///
    /// @return the last plugin's result
    JsonNode add(NetworkConfiguration network, Sandbox sandbox) throws CniException {
        Optional<JsonNode> result = Optional.empty();
        for (int i = 0; i < network.plugins().size(); i++) {
            result = execute("ADD", network, i, sandbox, result);
        }
        return result.orElseThrow(() -> new CniException("the network plugin printed no result"));
    }

    /// Disconnects a pod; plugins in reverse order.
    void del(NetworkConfiguration network, Sandbox sandbox) throws CniException {
        for (int i = network.plugins().size() - 1; i >= 0; i--) {
            execute("DEL", network, i, sandbox, sandbox.result());
        }
    }

    private Optional<JsonNode> execute(
            String verb, NetworkConfiguration network, int index, Sandbox sandbox, Optional<JsonNode> previous)
            throws CniException {
        String type = network.plugins().get(index).path("type").asText();
        String folder = NodeSpace.INSIDE.resolve("bin").toString();
        List<String> command = new ArrayList<>(List.of("env"));
        command.add("CNI_COMMAND=" + verb);
        command.add("CNI_CONTAINERID=" + sandbox.id());
        command.add("CNI_NETNS=" + sandbox.netnsPath());
        command.add("CNI_IFNAME=" + Sandbox.LINK);
        command.add("CNI_PATH=" + folder);
        command.add("CNI_ARGS=" + arguments(sandbox));
        command.add(folder + "/" + type);
        try {
            ObjectNode input = network.input(index, previous);
            Shell.Result answer =
                    Shell.attempt(node.enter("", command), new String(Json.bytes(input), StandardCharsets.UTF_8));
            if (answer.exit() != 0) {
                throw new CniException("plugin type=\"" + type + "\" failed (" + verb.toLowerCase(java.util.Locale.ROOT)
                        + "): " + explained(answer));
            }
            return answer.out().isBlank()
                    ? Optional.empty()
                    : Optional.of(Json.parse(answer.out().getBytes(StandardCharsets.UTF_8)));
        } catch (ApiException malformed) {
            throw new CniException("plugin type=\"" + type + "\" printed no JSON: " + malformed.getMessage());
        } catch (LabFailure notRun) {
            throw new CniException(notRun.getMessage());
        }
    }

    private static String arguments(Sandbox sandbox) {
        return "IgnoreUnknown=1;K8S_POD_NAMESPACE=" + sandbox.pod().namespace() + ";K8S_POD_NAME="
                + sandbox.pod().name() + ";K8S_POD_INFRA_CONTAINER_ID=" + sandbox.id() + ";K8S_POD_UID="
                + sandbox.uid();
    }

    /// The error object that the plugin printed, or else whatever it said.
    private static String explained(Shell.Result answer) {
        try {
            JsonNode error = Json.parse(answer.out().getBytes(StandardCharsets.UTF_8));
            String details = error.path("details").asText("");
            return error.path("msg").asText() + (details.isEmpty() ? "" : ": " + details) + " (code "
                    + error.path("code").asInt() + ")";
        } catch (ApiException notAnObject) {
            String said = (answer.err() + answer.out()).strip();
            return said.isEmpty() ? "exit code " + answer.exit() : said;
        }
    }
}
