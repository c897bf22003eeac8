package io.stentor.agent.api;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Counter;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.datapath.attach.ProcessorMaps;
import io.stentor.datapath.compile.Keys;
import io.stentor.datapath.compile.MapCompiler;
import io.stentor.datapath.compile.MapSettings;
import io.stentor.datapath.compile.TableSizes;
import io.stentor.datapath.explain.DryRuns;
import io.stentor.datapath.sweep.SweepLoop;
import io.stentor.datapath.sweep.Swept;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.flow.EventRing;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.model.Addresses;
import io.stentor.model.Applied;
import io.stentor.model.Attachment;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PodName;
import io.stentor.model.Problem;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// A node as its agent sees it, with two pods, a neighbour, and a kernel of plain objects behind it: `worker-1` of two.
public final class SampleNode {
    public final Store store = new Store(State.awaiting(Set.of(Source.NODES)));
    public final Applied applied = new Applied();
    static final TableSizes SIZES = new TableSizes(2000, 1000, 500);

    public Swept swept = Swept.NOTHING;
    public final Map<String, BpfMap> maps = new HashMap<>();
    public final EventRing events = new EventRing(64);
    public final List<Problem> problems = new CopyOnWriteArrayList<>();
    public final List<PartHealth> parts = new CopyOnWriteArrayList<>();
    public Optional<DryRuns> dryRuns = Optional.empty();
    public final ServiceChanges changes = new ServiceChanges();
    private final FakeKernel kernel = new FakeKernel();
    private final MapSettings settings = new MapSettings("worker-1", Optional.of(Family.IPV4), List.of());
    private final MapCompiler compiler = new MapCompiler(settings);
    private final DatapathSync sync;

    public SampleNode() {
        for (MapSpec<?, ?> map : Maps.ALL) {
            maps.put(
                    map.name(),
                    kernel.bpf()
                            .createMap(io.stentor.kernel.bpf.MapSpec.of(
                                    map.name(),
                                    MapType.of(map.type().code()),
                                    map.key().size(),
                                    map.value().size(),
                                    map.shape().maxEntries())));
        }
        ProcessorMaps.fill(kernel.bpf(), maps.get(Maps.EVENTS.name()), Maps.EVENTS);
        sync = new DatapathSync(maps);
        parts.add(PartHealth.ok("kubernetes", "https://192.168.7.1:6443 answers"));
    }

    public AgentView view() {
        return new AgentView(
                new AgentView.About("worker-1", Set.of(Family.IPV4)),
                new AgentView.Facts(
                        store::current,
                        applied::latest,
                        () -> Stream.concat(problems.stream(), compiler.problems().stream())
                                .toList(),
                        () -> compiler.services(settings)),
                new AgentView.KernelView(
                        () -> maps,
                        sync::differences,
                        events,
                        new AgentView.Measures(
                                new MapPressure(() -> maps, SIZES, () -> swept),
                                () -> new SweepLoop.Runs(3, 1),
                                changes),
                        () -> dryRuns),
                () -> new AgentView.NetworkView(
                        "tunnel (vxlan, port 8472)", List.of(new AgentView.Device("eth0", 2, 1500))),
                () -> List.copyOf(parts));
    }

    /// Both nodes, two pods here and one there.
    public SampleNode populated() {
        store.commit(state -> state.with(Table.NODES, node("worker-1", "192.168.7.11", "10.0.1.0/24"))
                .with(Table.NODES, node("worker-2", "192.168.7.12", "10.0.2.0/24"))
                .with(Table.ENDPOINTS, endpoint(11, 21, "client", "10.0.1.5"))
                .with(Table.ENDPOINTS, endpoint(12, 22, "server-0", "10.0.1.6"))
                .with(Table.PODS, new RemotePod(IpAddress.of("10.0.2.9"), 5, IpAddress.of("192.168.7.12")))
                .withSynced(Source.NODES));
        return this;
    }

    /// What the datapath does with the newest state.
    public SampleNode applied() {
        State state = store.current();
        sync.sync(compiler.compile(state), state.synced(), List::of, 0);
        applied.report(state.revision(), List.of());
        return this;
    }

    public static Endpoint endpoint(int id, int ifindex, String pod, String address) {
        return new Endpoint(
                id,
                new Attachment(
                        "c" + id, "eth0", "stn0000000000" + id, ifindex, new MacAddress(0x02_00_00_00_00_00L + id)),
                new PodName("demo", pod, "uid-" + id),
                new Addresses(Optional.of(IpAddress.of(address)), Optional.empty()),
                5);
    }

    private static Node node(String name, String address, String pods) {
        return new Node(
                name,
                List.of(new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of(address))),
                List.of(Cidr.of(pods)));
    }

    /// A packet that `demo/client` sent from an address that is not its own.
    public static Event forged() {
        return new Event(
                System.nanoTime(),
                address("10.9.9.9"),
                address("10.0.2.9"),
                4312,
                80,
                21,
                5,
                5,
                11,
                0,
                74,
                EventType.DROP,
                132,
                ObservationPoint.FROM_ENDPOINT,
                CtState.NEW,
                Direction.EGRESS,
                4,
                6,
                2,
                0,
                0);
    }

    /// The first packet of a ping to the outside.
    public static Event ping() {
        return new Event(
                System.nanoTime(),
                address("10.0.1.6"),
                address("203.0.113.7"),
                77,
                0,
                2,
                5,
                2,
                12,
                0,
                98,
                EventType.TRACE,
                0,
                ObservationPoint.TO_NETWORK,
                CtState.NEW,
                Direction.EGRESS,
                4,
                1,
                0,
                8,
                0);
    }

    private static Bytes16 address(String text) {
        return Keys.bytes(IpAddress.of(text));
    }

    public void happens(Event event) {
        events.add(MemorySegment.ofArray(event.encode()));
    }

    /// Counts packets on the first of two processors, and as many on the second.
    ///
    /// @param reason 0: forwarded
    public void counts(int reason, Direction direction, Counter onEach) {
        ByteBuffer values = ByteBuffer.allocate(2 * Counter.SIZE);
        values.put(onEach.encode()).put(onEach.encode());
        maps.get("metrics").update(BpfMap.index(reason << 2 | direction.code()), values.array());
    }
}
