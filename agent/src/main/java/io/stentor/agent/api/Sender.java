package io.stentor.agent.api;

import io.stentor.bpf.generated.Identity;
import io.stentor.flow.Owner;
import io.stentor.flow.Owners;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.State;
import java.util.Optional;

/// Who sends a packet that is to be explained.
///
/// @param name     for people
/// @param endpoint of a pod of this node
record Sender(Kind kind, String name, IpAddress address, int identity, Optional<Endpoint> endpoint) {

    enum Kind {
        POD,
        HOST,
        REMOTE_POD,
        REMOTE_NODE,
        OUTSIDE
    }

    /// @param text   `NAMESPACE/POD`, an endpoint's number, a node's name, `host`, or an address
    /// @param family that he is to speak
    /// @param own    this node's name
    /// @throws IllegalArgumentException with a sentence if there is nobody like that
    static Sender of(String text, Family family, State state, String own) {
        if (text.equals("host") || text.equals(own)) {
            return node(state, own, own, family);
        }
        Optional<IpAddress> address = IpAddress.parse(text);
        if (address.isPresent()) {
            return at(address.get(), family, state, own);
        }
        if (state.nodes().containsKey(text)) {
            return node(state, text, own, family);
        }
        Endpoint endpoint = state.endpoints()
                .values()
                .filter(e -> e.pod().toString().equals(text)
                        || Integer.toString(e.id()).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("nobody is called " + text
                        + ": give a pod of this node as NAMESPACE/POD, a node's name, host, or an address; pods of"
                        + " other nodes are known by their addresses alone"));
        return pod(
                endpoint,
                endpoint.addresses()
                        .of(family)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "pod " + text + " has no address of " + Health.name(family))));
    }

    private static Sender pod(Endpoint endpoint, IpAddress address) {
        return new Sender(Kind.POD, endpoint.pod().toString(), address, endpoint.identity(), Optional.of(endpoint));
    }

    private static Sender node(State state, String name, String own, Family family) {
        IpAddress address = Optional.ofNullable(state.nodes().get(name))
                .flatMap((Node node) -> node.internalIp(family))
                .orElseThrow(() ->
                        new IllegalArgumentException("node " + name + " has no address of " + Health.name(family)));
        boolean here = name.equals(own);
        return new Sender(
                here ? Kind.HOST : Kind.REMOTE_NODE,
                "node " + name,
                address,
                here ? Identity.HOST : Identity.REMOTE_NODE,
                Optional.empty());
    }

    private static Sender at(IpAddress address, Family family, State state, String own) {
        if (address.family() != family) {
            throw new IllegalArgumentException(
                    address + " cannot send what is for an address of " + Health.name(family));
        }
        Optional<Endpoint> endpoint = state.endpoints()
                .values()
                .filter(e -> e.addresses().all().contains(address))
                .findFirst();
        if (endpoint.isPresent()) {
            return pod(endpoint.get(), address);
        }
        Optional<Owner> owner = new Owners(state, own).of(address);
        if (owner.isEmpty()) {
            return new Sender(Kind.OUTSIDE, "outside", address, Identity.WORLD, Optional.empty());
        }
        Kind kind = switch (owner.get().kind()) {
            case HOST -> Kind.HOST;
            case REMOTE_NODE -> Kind.REMOTE_NODE;
            case REMOTE_POD -> Kind.REMOTE_POD;
            case POD ->
                throw new IllegalArgumentException(
                        address + " is of this node's pods, and none of them has it: nobody can send with it");
        };
        return new Sender(kind, owner.get().toString(), address, owner.get().identity(), Optional.empty());
    }
}
