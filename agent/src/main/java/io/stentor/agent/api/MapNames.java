package io.stentor.agent.api;

import io.stentor.flow.Owner;
import io.stentor.flow.Owners;
import java.util.Map;

/// What numbers and addresses in maps are called.
///
/// @param services ports by number
record MapNames(Owners owners, Map<Integer, String> services) {

    static MapNames of(AgentView view) {
        return new MapNames(
                new Owners(view.facts().state().get(), view.about().node()),
                view.facts().services().get().numbered());
    }

    /// A number that nobody has is told as it is; empty for none.
    String service(int number) {
        return number == 0 ? "" : services.getOrDefault(number, "number " + Integer.toUnsignedString(number));
    }

    /// `demo/client`, `node worker-2`; empty for the world.
    String owner(End end) {
        return owners.of(end.ip()).map(Owner::toString).orElse("");
    }

    /// A pod of this node.
    String endpoint(int id) {
        return id == 0 ? "" : owners.of(id).map(Owner::name).orElse("endpoint " + id);
    }
}
