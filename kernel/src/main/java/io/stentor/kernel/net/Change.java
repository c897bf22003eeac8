package io.stentor.kernel.net;

import java.util.List;

/// Something to be changed in a network namespace. "Replace" makes or replaces.
public sealed interface Change {

    record AddLink(LinkSpec spec) implements Change {}

    record SetLink(int index, List<LinkSetting> settings) implements Change {
        public SetLink {
            settings = List.copyOf(settings);
        }
    }

    record DeleteLink(int index) implements Change {}

    record AddAddress(Address address) implements Change {}

    record ReplaceAddress(Address address) implements Change {}

    record DeleteAddress(Address address) implements Change {}

    record AddRoute(Route route) implements Change {}

    /// Replaces the route with the same destination, table and metric.
    record ReplaceRoute(Route route) implements Change {}

    record DeleteRoute(Route route) implements Change {}

    record AddRule(Rule rule) implements Change {}

    record DeleteRule(Rule rule) implements Change {}

    record AddNeighbour(Neighbour neighbour) implements Change {}

    record ReplaceNeighbour(Neighbour neighbour) implements Change {}

    record DeleteNeighbour(Neighbour neighbour) implements Change {}
}
