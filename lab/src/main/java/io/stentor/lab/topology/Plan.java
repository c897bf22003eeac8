package io.stentor.lab.topology;

import io.stentor.lab.LabFailure;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Who has which name and address in a lab. The same for every lab of a shape: labs do not see each other.
///
/// @param spec     what was asked for
/// @param segments one when flat; when routed, two for the nodes in turn and one for `outside`
/// @param nodes    in order of their number
/// @param outside  the host that is no node
public record Plan(LabSpec spec, List<Segment> segments, List<Host> nodes, Host outside) {

    /// What the fabric's namespace and its processes are called.
    public static final String FABRIC = "fabric";

    private static final int FIRST_NODE = 11;
    private static final int OUTSIDE = 200;

    public static Plan of(LabSpec spec) {
        int count = spec.shape().underlay() == Underlay.FLAT ? 1 : 3;
        List<Segment> segments = IntStream.range(0, count)
                .mapToObj(i -> Segment.of(i, spec.shape().families().list()))
                .toList();
        List<Segment> forNodes = segments.subList(0, Math.max(1, count - 1));
        // Among the nodes of others, a name that tells whose this is.
        String prefix = spec.real().isPresent() ? spec.name() + "-" : "";
        List<Host> nodes = new ArrayList<>();
        for (int i = 0; i < spec.nodes(); i++) {
            nodes.add(host(spec, prefix, "node-" + (i + 1), forNodes.get(i % forNodes.size()), FIRST_NODE + i));
        }
        return new Plan(spec, segments, List.copyOf(nodes), host(spec, "", Host.OUTSIDE, segments.getLast(), OUTSIDE));
    }

    private static Host host(LabSpec spec, String prefix, String name, Segment segment, int number) {
        return new Host(prefix + name, name, namespace(spec, name), segment, segment.addresses(number));
    }

    private static String namespace(LabSpec spec, String name) {
        return "stl-" + spec.name() + "-" + name;
    }

    /// The network namespace of bridges and routers, and of the lab's control plane.
    public String fabric() {
        return namespace(spec, FABRIC);
    }

    /// The network namespaces of this lab, all of them.
    public List<String> namespaces() {
        return Stream.concat(Stream.of(fabric()), hosts().stream().map(Host::namespace))
                .toList();
    }

    /// The nodes and `outside`.
    public List<Host> hosts() {
        return Stream.concat(nodes.stream(), Stream.of(outside)).toList();
    }

    /// Every address of the fabric; the API server listens on them.
    public List<IpAddress> fabricAddresses() {
        return segments.stream().flatMap(s -> s.gateways().stream()).toList();
    }

    /// @param name of the Node; `node-1` will do where it is longer
    /// @throws LabFailure if the lab has no such node
    public Host node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name) || node.port().equals(name))
                .findFirst()
                .orElseThrow(() -> new LabFailure(
                        LabFailure.WRONG_USE,
                        "The lab '" + spec.name() + "' has no node '" + name + "'; "
                                + (nodes.isEmpty() ? "it has none" : "its nodes are " + names()) + "."));
    }

    private String names() {
        return String.join(", ", nodes.stream().map(Host::name).toList());
    }

    /// As [#node], where `outside` is fine too.
    public Host host(String name) {
        return name.equals(Host.OUTSIDE) ? outside : node(name);
    }
}
