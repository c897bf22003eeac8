package io.stentor.lab;

import io.stentor.model.Family;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What was asked for: enough to build a lab, and to recognise it later.
///
/// @param name     of the lab, part of its namespaces' names
/// @param nodes    how many, see [io.stentor.lab.topology.Plan]; none: a control plane alone
/// @param shape    how nodes are joined and pods are routed
/// @param programs what runs on them
/// @param real     the API server that the nodes join; empty: the lab has its own
public record LabSpec(String name, int nodes, Shape shape, Programs programs, Optional<RealCluster> real) {

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

    /// @param agents   whether the lab starts Stentor's agents and operator; without them the nodes wait for a network
    ///                 configuration that somebody else puts in place
    /// @param settings configuration keys of agent and operator as given with `--set`
    public record Programs(boolean agents, Map<String, String> settings) {
        public Programs {
            settings = Map.copyOf(new TreeMap<>(settings));
        }
    }

    /// A cluster that is somebody's, and has nodes and controllers of its own.
    ///
    /// @param server      its address, as its users know it
    /// @param id          tells this lab's Node objects from those of all others
    /// @param schedulable whether its scheduler may send any pod to the lab's nodes, and not only those that
    ///                    name the lab's taint
    public record RealCluster(String server, String id, boolean schedulable) {}

    /// A lab with an API server of its own.
    public LabSpec(String name, int nodes, Shape shape, boolean agents, Map<String, String> settings) {
        this(name, nodes, shape, new Programs(agents, settings), Optional.empty());
    }

    public boolean agents() {
        return programs.agents();
    }

    public Map<String, String> settings() {
        return programs.settings();
    }

    public LabSpec {
        if (!NAME.matcher(name).matches()) {
            throw new LabFailure(
                    LabFailure.WRONG_USE,
                    "A lab's name has lower-case letters, digits and '-', at most 30 of them, not '" + name + "'.");
        }
        if (nodes < 0 || nodes > MAX_NODES) {
            throw new LabFailure(LabFailure.WRONG_USE, "A lab has at most " + MAX_NODES + " nodes, not " + nodes + ".");
        }
        if (nodes == 0 && real.isPresent()) {
            throw new LabFailure(
                    LabFailure.WRONG_USE,
                    "A lab with --kubeconfig is its nodes and nothing else: it needs at least one.");
        }
    }
}
