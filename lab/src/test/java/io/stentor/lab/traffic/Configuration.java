package io.stentor.lab.traffic;

import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.Family;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// What is tried: one lab for each.
record Configuration(Routing routing, Families families, int nodes) {

    /// Those that the property `matrix` asks for: `short` (default) or `full`.
    static Stream<Configuration> matrix() {
        String matrix = System.getProperty("matrix", "short");
        return switch (matrix) {
            case "short" -> Stream.of(Routing.values()).map(routing -> new Configuration(routing, Families.DUAL, 2));
            case "full" ->
                Stream.of(Routing.values())
                        .flatMap(routing ->
                                Stream.of(Families.values()).map(families -> new Configuration(routing, families, 3)));
            default ->
                Stream.of(matrix.split(","))
                        .map(each -> each.toUpperCase(Locale.ROOT).split("-"))
                        .map(words -> new Configuration(Routing.valueOf(words[0]), Families.valueOf(words[1]), 2));
        };
    }

    boolean tunnel() {
        return routing == Routing.TUNNEL;
    }

    /// Of packets that pods may send.
    int podMtu() {
        int device = 1500;
        return switch (routing) {
            case NATIVE -> device;
            case TUNNEL -> device - (families == Families.IPV6 ? 70 : 50);
        };
    }

    List<Family> list() {
        return families.list();
    }

    LabSpec spec() {
        return new LabSpec(
                "traffic-" + this,
                nodes,
                new Shape(routing, Underlay.FLAT, families),
                true,
                Map.of("ipam.mode", "cluster-pool"));
    }

    @Override
    public String toString() {
        return (routing + "-" + families).toLowerCase(Locale.ROOT);
    }
}
