package io.stentor.agent.api;

import io.stentor.datapath.compile.ServedServices;
import io.stentor.datapath.explain.DryRuns;
import io.stentor.datapath.sweep.SweepLoop;
import io.stentor.datapath.sync.Difference;
import io.stentor.flow.EventRing;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Applied;
import io.stentor.model.Family;
import io.stentor.model.Problem;
import io.stentor.model.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// All that the agent's answers are made from. The suppliers answer at once with what is true now, from any thread.
///
/// @param about   who answers
/// @param facts   the newest state, and how far the kernel follows it
/// @param kernel  what the programs hold and report
/// @param network how the node is connected; may change while it runs
/// @param parts   parts of the agent that know their own health, in the order in which `status` shows them; kubernetes
///                belongs here. What follows from facts (sources, datapath, IPAM) is added by the answers themselves
public record AgentView(
        About about, Facts facts, KernelView kernel, Supplier<NetworkView> network, Supplier<List<PartHealth>> parts) {

    /// @param node     this node's name, the key of its own row in the state
    /// @param families that pods have
    public record About(String node, Set<Family> families) {
        public About {
            families = Set.copyOf(families);
        }
    }

    /// @param state    `store::current`
    /// @param applied  `applied::latest`
    /// @param problems what neither of the two knows: configuration, links and routes, leftovers of other networks
    /// @param services what became of them, of the state that was compiled last
    public record Facts(
            Supplier<State> state,
            Supplier<Applied.Report> applied,
            Supplier<List<Problem>> problems,
            Supplier<ServedServices> services) {}

    /// @param maps        the pinned maps by name, open as long as the view is in use; none before the programs are
    ///                    loaded, which is after the agent has begun to answer
    /// @param differences `datapathSync::differences`
    /// @param events      what [EventPoll] fills
    /// @param measures    what the agent counts of it itself
    /// @param dryRuns     the programs for packets that nobody has sent, once they are loaded
    public record KernelView(
            Supplier<Map<String, BpfMap>> maps,
            Supplier<List<Difference>> differences,
            EventRing events,
            Measures measures,
            Supplier<Optional<DryRuns>> dryRuns) {

        /// The map of that name, if it is open by now.
        Optional<BpfMap> map(String name) {
            return Optional.ofNullable(maps.get().get(name));
        }
    }

    /// @param pressure how full the maps are
    /// @param sweeps   how often connections were collected
    /// @param changes  of services, on their way to the kernel
    public record Measures(MapPressure pressure, Supplier<SweepLoop.Runs> sweeps, ServiceChanges changes) {}

    /// @param routing for people: `tunnel (vxlan, port 8472)`, `native, automatic node routes`
    /// @param devices those that lead to the other nodes
    public record NetworkView(String routing, List<Device> devices) {
        public NetworkView {
            devices = List.copyOf(devices);
        }
    }

    public record Device(String name, int ifindex, int mtu) {}
}
