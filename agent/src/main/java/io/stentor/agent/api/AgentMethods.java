package io.stentor.agent.api;

import io.stentor.node.Method;
import java.util.Map;
import java.util.TreeMap;

/// The methods of the agent's socket that the command line asks.
///
/// Lists are streams: each item is a JSON array of rows, and the result that ends them is an object. `status` and
/// `version` are a result alone, an object.
public final class AgentMethods {
    private AgentMethods() {}

    /// By the names under which the socket registers them.
    public static Map<String, Method> of(AgentView view) {
        return Map.copyOf(new TreeMap<String, Method>());
    }
}
