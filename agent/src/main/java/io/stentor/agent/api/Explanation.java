package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Frontend;
import io.stentor.datapath.compile.Keys;
import io.stentor.datapath.explain.DryPacket;
import io.stentor.datapath.explain.DryRuns;
import io.stentor.datapath.explain.Outcome;
import io.stentor.datapath.explain.Trial;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/// The way of one packet through the stages of docs/packet-walk.md. What a stage decided is read from
/// what the programs leave in a dry run: the packet, the events, the entries of conntrack and NAT.
/// Sockets' programs have no dry run: what they would do is told from the maps.
final class Explanation {
    /// Of backends, for people.
    private static final int SHOWN = 5;

    private final DryRuns runs;
    private final Question question;
    private final AgentView view;
    private final MapNames names;
    private final FrontendLookup services;
    private final ObjectNode json = Rows.object();
    private final ArrayNode stages;

    /// @param byPacket as if the sender's socket were not translated
    record Question(Sender sender, Place to, Protocol protocol, int sourcePort, boolean byPacket) {}

    Explanation(AgentView view, DryRuns runs, Question question) {
        this.view = view;
        this.runs = runs;
        this.question = question;
        this.names = MapNames.of(view);
        this.services = new FrontendLookup(view.kernel().maps().get());
        json.put("from", question.sender.name()).put("to", end(question.to)).put("protocol", question.protocol.name());
        this.stages = json.putArray("stages");
    }

    ObjectNode json() {
        Place destination = question.to;
        if (question.sender.kind() == Sender.Kind.POD || question.sender.kind() == Sender.Kind.HOST) {
            Optional<Place> next = socket();
            if (next.isEmpty()) {
                return json.put("verdict", "refused");
            }
            destination = next.get();
        }
        Optional<HookChoice> hook = destination.address().equals(question.sender.address())
                ? Optional.empty()
                : HookChoice.of(question.sender, destination.address(), runs.config(), view);
        if (hook.isEmpty()) {
            stage("delivery", question.sender.name() + " speaks with itself: its packets meet no program");
            return json.put("verdict", "stack");
        }
        DryPacket packet = new DryPacket(
                question.sender.address(),
                question.sourcePort,
                destination.address(),
                destination.port().orElseThrow(),
                question.protocol);
        HookChoice at = hook.get();
        stage(
                "parse",
                (question.protocol == Protocol.TCP ? "TCP SYN " : "UDP ")
                        + end(question.sender.address(), question.sourcePort) + " -> " + end(destination) + ", at "
                        + at.program() + " of " + at.link());
        Outcome outcome = runs.run(new Trial(
                at.program(), at.ifindex(), at.identity(), packet.frame(at.from(), at.to()), concerned(destination)));
        String verdict = new ExplainedOutcome(outcome, at.program(), packet, names, services).tell(this::stage);
        return json.put("program", at.program()).put("interface", at.link()).put("verdict", verdict);
    }

    private void stage(String stage, String decision) {
        stages.addObject().put("stage", stage).put("decision", decision);
    }

    /// What the socket's owner comes to speak with; empty if he is refused.
    private Optional<Place> socket() {
        Config config = runs.config();
        boolean host = question.sender.kind() == Sender.Kind.HOST;
        if (!config.services() || question.byPacket || (!host && config.socketsOfHostAlone())) {
            stage("socket", "not translated here" + (question.byPacket ? ": packet by packet, as asked" : ""));
            return Optional.of(question.to);
        }
        Optional<Frontend> found = FrontendLookup.isLoopback(question.to.address()) && !host
                ? Optional.empty()
                : services.find(question.to.address(), question.to.port().orElseThrow(), question.protocol);
        if (found.isEmpty()) {
            stage("socket", "told from the maps: " + end(question.to) + " is no service's, and stays");
            return Optional.of(question.to);
        }
        List<Backend> backends = services.backends(found.get(), false);
        String name = names.service(found.get().service());
        if (backends.isEmpty()) {
            stage("socket", "told from the maps: " + name + " has no backend; connect() fails, ECONNREFUSED");
            return Optional.empty();
        }
        Backend taken = backends.stream()
                .filter(backend -> !isSender(backend))
                .findFirst()
                .orElse(backends.getFirst());
        stage(
                "socket",
                "told from the maps: " + name + ", one of " + backends.size() + " by chance"
                        + (found.get().affinitySeconds() == 0 ? "" : ", or the one that the client has")
                        + ": " + shown(backends) + "; here " + end(taken));
        return Optional.of(
                new Place(Keys.address(taken.address(), taken.family().code()), OptionalInt.of(taken.port())));
    }

    private boolean isSender(Backend backend) {
        return backend.address().equals(Keys.bytes(question.sender.address()));
    }

    private static End end(Backend backend) {
        return new End(backend.address(), backend.port(), backend.family());
    }

    private String shown(List<Backend> backends) {
        String some = backends.stream()
                .limit(SHOWN)
                .map(Explanation::end)
                .map(end -> end + named(end))
                .collect(Collectors.joining(", "));
        return backends.size() > SHOWN ? some + " …" : some;
    }

    private String named(End end) {
        String owner = names.owner(end);
        return owner.isEmpty() ? "" : " (" + owner + ")";
    }

    /// Whose connections may have a part in it.
    private Set<Bytes16> concerned(Place destination) {
        Config config = runs.config();
        Set<Bytes16> all = new HashSet<>();
        all.add(Keys.bytes(question.sender.address()));
        all.add(Keys.bytes(destination.address()));
        all.add(config.nodeIpv4());
        all.add(config.nodeIpv6());
        services.find(destination.address(), destination.port().orElseThrow(), question.protocol)
                .ifPresent(frontend -> {
                    services.backends(frontend, false).forEach(backend -> all.add(backend.address()));
                    services.backends(frontend, true).forEach(backend -> all.add(backend.address()));
                });
        return all;
    }

    private static String end(Place place) {
        return end(place.address(), place.port().orElseThrow());
    }

    private static String end(IpAddress address, int port) {
        return MapRows.end(
                Keys.bytes(address), port, io.stentor.bpf.generated.Family.of(Keys.number(address.family())));
    }
}
