package io.stentor.agent.api;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.datapath.compile.Keys;
import io.stentor.datapath.explain.DryPacket;
import io.stentor.datapath.explain.Outcome;
import io.stentor.flow.Owner;
import io.stentor.flow.Wire;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// What came of a dry run, in words.
///
/// @param program that was run
/// @param packet  that it was given
record ExplainedOutcome(Outcome outcome, String program, DryPacket packet, MapNames names, FrontendLookup services) {

    /// Tells each stage's decision.
    ///
    /// @return what became of the packet, in one word
    String tell(BiConsumer<String, String> stage) {
        Optional<Event> event = outcome.events().stream().findFirst();
        event.ifPresent(seen -> stage.accept("identity", identity(seen)));
        if (program.startsWith("from_")) {
            stage.accept("service", service());
        }
        boolean dropped = event.filter(seen -> seen.type() == EventType.DROP).isPresent();
        event.flatMap(seen -> conntrack(seen, dropped)).ifPresent(known -> stage.accept("conntrack", known));
        if (!dropped) {
            stage.accept("policy", "nothing is there yet: everything may pass");
        }
        stage.accept("delivery", dropped ? drop(event.get()) : delivery(event));
        stage.accept("event", event.map(seen -> dropped ? "a drop" : "a trace").orElse("none"));
        return word(event, dropped);
    }

    private String identity(Event event) {
        End to = new End(event.destination(), event.destinationPort(), family());
        String from = who(source(), event.sourceIdentity());
        return event.destinationIdentity() == 0 ? from : from + " to " + who(to, event.destinationIdentity());
    }

    /// `demo/client, identity 4711`.
    private String who(End end, int identity) {
        String owner = names.owner(end);
        return (owner.isEmpty() ? end.ip().toString() : owner) + ", identity " + Owner.identity(identity);
    }

    private String service() {
        Optional<Map.Entry<CtKey, CtEntry>> called = connection(CtScope.SERVICE, destination());
        if (called.isPresent()) {
            CtEntry entry = called.get().getValue();
            End backend = new End(entry.peer(), entry.peerPort(), family());
            return names.service(entry.service()) + ": " + backend + named(backend);
        }
        Optional<Frontend> frontend = services.find(packet.destination(), packet.port(), packet.protocol());
        if (frontend.isEmpty()) {
            return destination() + " is no service's";
        }
        String name = names.service(frontend.get().service());
        return !program.equals("from_pod") && (frontend.get().flags() & FrontendFlag.OUTSIDE) == 0
                ? name + ", which is not reached from here"
                : name + ", but no backend was chosen";
    }

    /// Empty where it was dropped before anybody asked.
    private Optional<String> conntrack(Event event, boolean dropped) {
        if (event.ctState() != CtState.NEW) {
            return Optional.of(event.ctState().sentence());
        }
        End to = new End(event.destination(), event.destinationPort(), family());
        if (connection(CtScope.FLOW, to).isPresent()) {
            return Optional.of("new: remembered as " + source() + " -> " + to);
        }
        return dropped ? Optional.empty() : Optional.of("new, and not remembered");
    }

    /// The one between the sender and somebody, or whoever he calls himself towards him.
    private Optional<Map.Entry<CtKey, CtEntry>> connection(CtScope scope, End to) {
        return outcome.connections().entrySet().stream()
                .filter(entry -> entry.getKey().scope() == scope)
                .filter(entry -> entry.getKey().protocol() == packet.protocol().number())
                .filter(entry -> has(entry.getKey(), to) && hasPort(entry.getKey()))
                .findFirst();
    }

    private static boolean has(CtKey key, End end) {
        return (key.low().equals(end.address()) && key.lowPort() == end.port())
                || (key.high().equals(end.address()) && key.highPort() == end.port());
    }

    private boolean hasPort(CtKey key) {
        return key.lowPort() == packet.sourcePort() || key.highPort() == packet.sourcePort();
    }

    private String drop(Event event) {
        String reason = Wire.dropReason(event.dropReason());
        return outcome.verdict() == Outcome.REDIRECTED ? reason + ": the sender is told" : "dropped: " + reason;
    }

    private String delivery(Optional<Event> event) {
        if (event.isEmpty()) {
            return unreported();
        }
        Event seen = event.get();
        End to = new End(seen.destination(), seen.destinationPort(), family());
        return switch (seen.point()) {
            case TO_ENDPOINT -> "to the pod" + named(to);
            case TO_HOST -> "to the node itself";
            case TO_STACK -> "to the node's stack, which forwards or answers it";
            case TO_OVERLAY -> "into the tunnel to " + node(to) + masqueraded(to);
            case TO_NETWORK -> "out of the node to " + to + named(to) + masqueraded(to);
            case FROM_ENDPOINT, FROM_OVERLAY, FROM_NETWORK -> seen.point().sentence();
        };
    }

    /// What lets packets of the node pass tells of drops alone.
    private String unreported() {
        if (outcome.verdict() != Outcome.PASSED) {
            return "goes the way of its connection";
        }
        return switch (program) {
            case "to_pod" -> "to the pod" + named(destination());
            case "to_overlay" -> "into the tunnel to " + node(destination());
            case "to_net" -> "out of the node to " + destination() + named(destination());
            default -> "goes on as it is: no pod's, no service's and not masqueraded";
        };
    }

    private String masqueraded(End to) {
        return outcome.masqueraded().entrySet().stream()
                .filter(entry -> entry.getKey().remote().equals(to.address())
                        && entry.getKey().remotePort() == to.port()
                        && entry.getValue().pod().equals(bytes(packet))
                        && entry.getValue().port() == packet.sourcePort())
                .findFirst()
                .map(entry ->
                        ", as " + new End(entry.getKey().local(), entry.getKey().localPort(), family()))
                .orElse("");
    }

    private String node(End to) {
        return names.owners().of(to.ip()).map(Owner::node).orElse("a node that is not known") + " for " + to;
    }

    private String word(Optional<Event> event, boolean dropped) {
        if (dropped) {
            return outcome.verdict() == Outcome.REDIRECTED ? "refused" : "dropped";
        }
        if (event.isEmpty()) {
            return switch (program) {
                case "to_pod" -> "delivered";
                case "to_overlay" -> "tunnel";
                case "to_net" -> "sent";
                default -> outcome.verdict() == Outcome.PASSED ? "stack" : "sent";
            };
        }
        return switch (event.get().point()) {
            case TO_ENDPOINT -> "delivered";
            case TO_OVERLAY -> "tunnel";
            case TO_NETWORK -> "sent";
            case TO_HOST, TO_STACK, FROM_ENDPOINT, FROM_OVERLAY, FROM_NETWORK -> "stack";
        };
    }

    private String named(End end) {
        String owner = names.owner(end);
        return owner.isEmpty() ? "" : " (" + owner + ")";
    }

    private End source() {
        return new End(bytes(packet), packet.sourcePort(), family());
    }

    private End destination() {
        return new End(Keys.bytes(packet.destination()), packet.port(), family());
    }

    private static Bytes16 bytes(DryPacket packet) {
        return Keys.bytes(packet.source());
    }

    private Family family() {
        return Family.of(Keys.number(packet.source().family()));
    }
}
