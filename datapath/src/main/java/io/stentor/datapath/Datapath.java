package io.stentor.datapath;

import io.stentor.bpf.BpfObjects;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Layouts;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.datapath.attach.Attachments;
import io.stentor.datapath.attach.Blueprint;
import io.stentor.datapath.attach.Bpffs;
import io.stentor.datapath.attach.Generation;
import io.stentor.datapath.attach.Pins;
import io.stentor.datapath.attach.ProgramAt;
import io.stentor.datapath.attach.Takeover;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.model.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// This build's programs in the kernel, with one configuration at a time.
///
/// A configuration that changes is a new generation: loaded beside the running one, which it then replaces hook by
/// hook. Maps outlive generations. What a build of another layout has at the hooks is taken over from ([Takeover]).
public final class Datapath implements AutoCloseable {
    /// Objects in the order in which they are loaded.
    private static final List<String> OBJECTS = List.of("pod", "overlay", "net", "sock");
    private static final String CONFIG_SECTION = ".rodata.config";

    /// Where a program finds the one that was at its hook before: at its observation point.
    private static final Map<Integer, String> FORMER = Map.of(
            ObservationPoint.FROM_ENDPOINT.code(), "from_pod",
            ObservationPoint.TO_ENDPOINT.code(), "to_pod",
            ObservationPoint.FROM_OVERLAY.code(), "from_overlay",
            ObservationPoint.TO_OVERLAY.code(), "to_overlay",
            ObservationPoint.FROM_NETWORK.code(), "from_net",
            ObservationPoint.TO_NETWORK.code(), "to_net");

    private static final System.Logger LOG = System.getLogger("datapath");

    private final Bpf bpf;
    private final Pins pins = new Bpffs();
    private final Path bpfRoot;
    private final Description layout;
    private final Takeover takeover;
    private final List<MapSpec<?, ?>> specs;
    private final Generation first;
    private Running running;

    private record Running(Config config, Generation generation, Attachments attachments) {}

    private Datapath(Bpf bpf, Path bpfRoot, Map<String, Integer> entries, Config config) {
        this.bpf = bpf;
        this.bpfRoot = bpfRoot;
        this.specs = Maps.ALL.stream()
                .<MapSpec<?, ?>>map(spec -> spec.withMaxEntries(
                        entries.getOrDefault(spec.name(), spec.shape().maxEntries())))
                .toList();
        this.layout = Description.parse(Layouts.description()).withEntries(entries);
        this.takeover = Takeover.prepare(bpf, pins, bpfRoot, layout);
        this.running = start(config);
        this.first = running.generation;
    }

    /// Loads and verifies; nothing is attached yet.
    ///
    /// @param bpfRoot a bpf file system; everything of ours is below its `stentor`
    /// @param entries of maps that are to have another size than declared
    /// @throws io.stentor.kernel.KernelException if the kernel refuses
    public static Datapath load(Bpf bpf, Path bpfRoot, Map<String, Integer> entries, Config config) {
        return new Datapath(bpf, bpfRoot, entries, config);
    }

    private Running start(Config config) {
        if (!takeover.isPending()) {
            Running only = resumeOrLoad(config);
            takeover.begin(only.generation);
            return only;
        }
        try {
            return succeeding(config.withSucceeds(true));
        } catch (KernelException refused) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "programs cannot call those that are at work: connections that begin in this moment may be lost",
                    refused);
            Running next = load(config);
            takeover.runAtOnce(next.generation);
            return next;
        }
    }

    private Running succeeding(Config config) {
        Running next = load(config);
        try {
            takeover.succeed(next.generation, FORMER);
            return next;
        } catch (RuntimeException e) {
            next.generation.close();
            throw e;
        }
    }

    /// A start after which nothing is another than before goes on with the programs that run.
    private Running resumeOrLoad(Config config) {
        Blueprint blueprint = blueprint(config);
        Optional<Generation> last = Generation.resume(bpf, pins, bpfRoot, blueprint);
        last.ifPresent(generation -> LOG.log(
                System.Logger.Level.INFO, "the programs that run are these already generation=" + generation.number()));
        return running(config, last.orElseGet(() -> Generation.load(bpf, pins, bpfRoot, blueprint)));
    }

    private Running load(Config config) {
        return running(config, Generation.load(bpf, pins, bpfRoot, blueprint(config)));
    }

    private Running running(Config config, Generation generation) {
        return new Running(config, generation, new Attachments(bpf, generation));
    }

    private Blueprint blueprint(Config config) {
        return new Blueprint(
                layout,
                specs,
                OBJECTS.stream()
                        .map(name -> Blueprint.ObjectFile.of(name, BpfObjects.load(name)))
                        .toList(),
                Map.of(CONFIG_SECTION, config.encode()),
                Map.of());
    }

    /// All maps by name, open until [#close].
    public Map<String, BpfMap> maps() {
        return first.maps();
    }

    /// What could not be taken over from an agent of another layout.
    public List<Problem> problems() {
        return takeover.problems();
    }

    /// The reading end of what the programs report, one for the whole node: whoever asks reads alone, and closes it.
    public RingBuffer events() {
        return EventRings.open(bpf, first.map(Maps.EVENTS.name()));
    }

    /// Makes every hook run its program with this configuration.
    ///
    /// @param complete whether hooks that are not named are to be left by us
    /// @return what failed; it is tried again at the next call
    public List<Problem> attach(Config config, Set<ProgramAt> hooks, boolean complete) {
        if (takeover.isPending()) {
            // A hook that fails here is tried again below.
            var _ = running.attachments.reconcile(hooks, false);
            takeover.run(running.generation);
        }
        if (config.equals(running.config)) {
            return running.attachments.reconcile(hooks, complete);
        }
        Running next = load(config);
        List<Problem> problems = next.attachments.reconcile(hooks, complete);
        // Where a hook still runs the former, the next call puts it right; its program lives as long as its link.
        if (running.generation != first) {
            running.generation.close();
        }
        takeover.done(first);
        running = next;
        return problems;
    }

    /// Closes what this process holds. What is attached and pinned goes on.
    @Override
    public void close() {
        running.generation.close();
        first.close();
    }
}
