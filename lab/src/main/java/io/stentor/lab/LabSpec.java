package io.stentor.lab;

import io.stentor.model.Family;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What was asked for: enough to build a lab, and to recognise it later.
///
/// @param name     of the lab, part of its namespaces' names
/// @param nodes    how many, named `node-1` and so on
/// @param shape    how nodes are joined and pods are routed
/// @param agents   whether the lab starts Stentor's agents and operator; without them the nodes wait for a network
///                 configuration that somebody else puts in place
/// @param settings configuration keys of agent and operator as given with `--set`
public record LabSpec(String name, int nodes, Shape shape, boolean agents, Map<String, String> settings) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");

    /// More would not have an address left before `outside`'s.
    public static final int MAX_NODES = 100;

    /// How pods of different nodes reach each other.
    public enum Routing {
        TUNNEL,
        NATIVE
    }

    /// Whether all nodes share one segment, or two are joined by a router.
    public enum Underlay {
        FLAT,
        ROUTED
    }

    /// The address families of nodes and pods.
    public enum Families {
        IPV4,
        IPV6,
        DUAL;

        /// In the order in which addresses are listed.
        public List<Family> list() {
            return switch (this) {
                case IPV4 -> List.of(Family.IPV4);
                case IPV6 -> List.of(Family.IPV6);
                case DUAL -> List.of(Family.IPV4, Family.IPV6);
            };
        }
    }

    /// The lab's network in three words.
    public record Shape(Routing routing, Underlay underlay, Families families) {}

    public LabSpec {
        if (!NAME.matcher(name).matches()) {
            throw new LabFailure(
                    LabFailure.WRONG_USE,
                    "A lab's name has lower-case letters, digits and '-', at most 30 of them, not '" + name + "'.");
        }
        if (nodes < 1 || nodes > MAX_NODES) {
            throw new LabFailure(
                    LabFailure.WRONG_USE, "A lab has between 1 and " + MAX_NODES + " nodes, not " + nodes + ".");
        }
        settings = Map.copyOf(new TreeMap<>(settings));
    }
}
