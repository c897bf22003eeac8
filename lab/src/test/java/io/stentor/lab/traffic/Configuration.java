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
record Configuration(Routing routing, Families families, Underlay underlay, int nodes) {

    private static final String MATRIX = System.getProperty("matrix", "short");

    /// Whether everything is tried.
    static final boolean FULL = MATRIX.equals("full");

    /// Those that the property `matrix` asks for: `short` (default), `full`, or names as [#toString] gives them.
    static Stream<Configuration> matrix() {
        return switch (MATRIX) {
            case "short" -> Stream.of("tunnel-dual", "native-dual").map(name -> of(name, 2));
            case "full" ->
                Stream.of(Routing.values())
                        .flatMap(routing -> Stream.concat(
                                Stream.of(Families.values()).map(families -> name(routing, families, Underlay.FLAT)),
                                Stream.of(name(routing, Families.DUAL, Underlay.ROUTED))))
                        .map(name -> of(name, 3));
            default -> Stream.of(MATRIX.split(",", -1)).map(name -> of(name, 2));
        };
    }

    private static Configuration of(String name, int nodes) {
        String[] words = name.toUpperCase(Locale.ROOT).split("-", -1);
        Underlay underlay = words.length > 2 ? Underlay.valueOf(words[2]) : Underlay.FLAT;
        return new Configuration(Routing.valueOf(words[0]), Families.valueOf(words[1]), underlay, nodes);
    }

    private static String name(Routing routing, Families families, Underlay underlay) {
        String name = (routing + "-" + families).toLowerCase(Locale.ROOT);
        return underlay == Underlay.FLAT ? name : name + "-routed";
    }

    /// Whether what takes minutes is tried here: once in each mode, with both families.
    boolean isLong() {
        return MATRIX.equals("full") && families == Families.DUAL && flat();
    }

    /// Whether all hosts share one segment.
    boolean flat() {
        return underlay == Underlay.FLAT;
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
                new Shape(routing, underlay, families),
                true,
                Map.of("ipam.mode", "cluster-pool"));
    }

    @Override
    public String toString() {
        return name(routing, families, underlay);
    }
}
