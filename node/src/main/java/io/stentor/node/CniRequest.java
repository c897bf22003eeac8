package io.stentor.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stentor.model.PodName;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// What kubelet's runtime asks for, with everything checked that can be checked without the kernel.
///
/// Source: CNI specification 1.1, "Section 2: Execution Protocol".
///
/// @param command       what to do
/// @param version       of the result
/// @param attachment    which attachment it is about; [AttachmentKey#NONE] for commands that name none
/// @param sandbox       where the pod is
/// @param configuration the network configuration, an object
record CniRequest(
        Command command, CniVersion version, AttachmentKey attachment, Sandbox sandbox, JsonNode configuration) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern CONTAINER_ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");
    private static final int INTERFACE_NAME = 15;

    /// What can be asked. VERSION is answered by the plugin itself.
    enum Command {
        ADD,
        DEL,
        CHECK,
        STATUS,
        GC
    }

    /// @param netns the network namespace's file; "" where the runtime gave none
    /// @param pod   whose it is; outside of Kubernetes an empty namespace and the container's ID
    record Sandbox(String netns, PodName pod) {}

    /// Reads a request of the agent's socket.
    ///
    /// @param request `{"command":…,"env":{"CNI_…":…},"config":"…"}`
    static CniRequest parse(JsonNode request) throws CniError {
        Command command = command(request.path("command").asText(""));
        JsonNode env = request.path("env");
        JsonNode configuration = configuration(request.path("config").asText(""));
        CniVersion version = version(configuration);
        AttachmentKey attachment = AttachmentKey.NONE;
        Sandbox sandbox = new Sandbox("", new PodName("", "", ""));
        switch (command) {
            case STATUS, GC -> require(command, version, CniVersion.V1_1_0);
            case ADD, DEL, CHECK -> {
                if (command == Command.CHECK) {
                    require(command, version, CniVersion.V0_4_0);
                }
                attachment = new AttachmentKey(containerId(env), interfaceName(env));
                sandbox = new Sandbox(netns(env, command), pod(env, attachment));
            }
        }
        if (command == Command.ADD && configuration.has("prevResult")) {
            throw new CniError(
                    CniError.INVALID_CONFIGURATION,
                    "prevResult: Stentor cannot be chained after another plugin; it has to be the first in the list");
        }
        return new CniRequest(command, version, attachment, sandbox, configuration);
    }

    /// What the configuration says is its version, for the error results of requests that cannot be read.
    static String versionText(JsonNode request) {
        try {
            return versionTextOf(configuration(request.path("config").asText("")));
        } catch (CniError unreadable) {
            return CniVersion.V1_1_0.toString();
        }
    }

    private static Command command(String text) throws CniError {
        for (Command command : Command.values()) {
            if (command.name().equals(text)) {
                return command;
            }
        }
        throw new CniError(CniError.INVALID_VARIABLE, "CNI_COMMAND \"" + text + "\" is not known");
    }

    private static JsonNode configuration(String text) throws CniError {
        JsonNode configuration;
        try {
            configuration = JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new CniError(
                    CniError.DECODE_FAILURE, "the network configuration is not JSON", malformed.getOriginalMessage());
        }
        if (configuration == null || !configuration.isObject()) {
            throw new CniError(CniError.DECODE_FAILURE, "the network configuration is not a JSON object");
        }
        return configuration;
    }

    /// A configuration without a version is one of the time before there were versions.
    private static String versionTextOf(JsonNode configuration) {
        return configuration.path("cniVersion").asText(CniVersion.V0_1_0.toString());
    }

    private static CniVersion version(JsonNode configuration) throws CniError {
        String text = versionTextOf(configuration);
        return CniVersion.parse(text)
                .orElseThrow(() -> new CniError(
                        CniError.INCOMPATIBLE_VERSION,
                        "cniVersion \"" + text + "\" is not supported; supported are " + CniVersion.all()));
    }

    private static void require(Command command, CniVersion version, CniVersion least) throws CniError {
        if (!version.atLeast(least)) {
            throw new CniError(
                    CniError.INCOMPATIBLE_VERSION,
                    command + " needs cniVersion " + least + " or newer, the network configuration says " + version);
        }
    }

    private static String containerId(JsonNode env) throws CniError {
        String id = variable(env, "CNI_CONTAINERID");
        if (!CONTAINER_ID.matcher(id).matches()) {
            throw new CniError(
                    CniError.INVALID_VARIABLE,
                    "CNI_CONTAINERID \"" + id
                            + "\" must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'");
        }
        return id;
    }

    private static String interfaceName(JsonNode env) throws CniError {
        String name = variable(env, "CNI_IFNAME");
        if (name.length() > INTERFACE_NAME) {
            throw new CniError(
                    CniError.INVALID_VARIABLE,
                    "CNI_IFNAME \"" + name + "\" is too long: an interface name has at most 15 characters");
        }
        if (name.equals(".") || name.equals("..") || !name.matches("[!-~&&[^/:]]+")) {
            throw new CniError(
                    CniError.INVALID_VARIABLE,
                    "CNI_IFNAME \"" + name + "\" is not an interface name: '/', ':', white space, \".\" and \"..\""
                            + " are not allowed");
        }
        return name;
    }

    private static String netns(JsonNode env, Command command) throws CniError {
        return command == Command.DEL ? env.path("CNI_NETNS").asText("") : variable(env, "CNI_NETNS");
    }

    private static String variable(JsonNode env, String name) throws CniError {
        String value = env.path(name).asText("");
        if (value.isEmpty()) {
            throw new CniError(CniError.INVALID_VARIABLE, name + " is not set");
        }
        return value;
    }

    /// `CNI_ARGS` holds `KEY=VALUE` pairs with semicolons between them.
    private static PodName pod(JsonNode env, AttachmentKey attachment) {
        Map<String, String> args = new HashMap<>();
        for (String pair : env.path("CNI_ARGS").asText("").split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                args.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return new PodName(
                args.getOrDefault("K8S_POD_NAMESPACE", ""),
                args.getOrDefault("K8S_POD_NAME", attachment.containerId()),
                args.getOrDefault("K8S_POD_UID", ""));
    }
}
