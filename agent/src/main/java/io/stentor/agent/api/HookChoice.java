package io.stentor.agent.api;

import io.stentor.bpf.generated.Config;
import io.stentor.flow.Owner;
import io.stentor.flow.Owners;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.State;
import java.util.Optional;

/// Where a sender's packet meets the programs of this node first.
///
/// @param link     for people
/// @param identity that a tunnel tells, 0: there is none on the way
/// @param from     the frame's sender
/// @param to       whom the frame is for
record HookChoice(String program, int ifindex, String link, int identity, MacAddress from, MacAddress to) {
    /// Of a device that programs do not look at.
    private static final MacAddress SOMEBODY = new MacAddress(0x02_00_00_00_00_01L);

    /// Empty if it meets none.
    ///
    /// @param destination as the packet names it
    static Optional<HookChoice> of(Sender sender, IpAddress destination, Config config, AgentView view) {
        State state = view.facts().state().get();
        Optional<Owner> owner = new Owners(state, view.about().node()).of(destination);
        Optional<Endpoint> local = state.endpoints()
                .values()
                .filter(e -> e.addresses().all().contains(destination))
                .findFirst();
        MacAddress gateway = new MacAddress(config.gatewayMac().value());
        HookChoice underlay = device("from_net", config.underlayIfindex(), view);
        return switch (sender.kind()) {
            case POD ->
                sender.endpoint().map(Endpoint::attachment).map(from -> pod("from_pod", from, from.podMac(), gateway));
            case HOST -> {
                if (local.isPresent()) {
                    Attachment to = local.get().attachment();
                    yield Optional.of(pod("to_pod", to, gateway, to.podMac()));
                }
                if (owner.filter(o -> o.kind() == Owner.Kind.HOST).isPresent()) {
                    yield Optional.empty();
                }
                boolean tunnel = config.tunnel()
                        && owner.filter(o -> o.kind() == Owner.Kind.REMOTE_POD).isPresent();
                yield Optional.of(
                        tunnel
                                ? device("to_overlay", config.overlayIfindex(), view)
                                : device("to_net", config.underlayIfindex(), view));
            }
            case REMOTE_POD -> Optional.of(config.tunnel() ? tunnelled(sender, config, view) : underlay);
            case REMOTE_NODE ->
                Optional.of(config.tunnel() && local.isPresent() ? tunnelled(sender, config, view) : underlay);
            case OUTSIDE -> Optional.of(underlay);
        };
    }

    private static HookChoice pod(String program, Attachment at, MacAddress from, MacAddress to) {
        return new HookChoice(program, at.ifindex(), at.hostInterface(), 0, from, to);
    }

    private static HookChoice tunnelled(Sender sender, Config config, AgentView view) {
        HookChoice plain = device("from_overlay", config.overlayIfindex(), view);
        return new HookChoice(plain.program, plain.ifindex, plain.link, sender.identity(), SOMEBODY, SOMEBODY);
    }

    private static HookChoice device(String program, int ifindex, AgentView view) {
        String name = view.network().get().devices().stream()
                .filter(device -> device.ifindex() == ifindex)
                .map(AgentView.Device::name)
                .findFirst()
                .orElse("ifindex " + ifindex);
        return new HookChoice(program, ifindex, name, 0, SOMEBODY, SOMEBODY);
    }
}
