package io.stentor.datapath.attach;

import static java.lang.System.Logger.Level.INFO;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.model.Problem;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// The way of the datapath from one build's programs and maps to those of another, older or newer, whose layout or
/// sizes are others, without a packet or a connection lost.
///
/// 1. [#prepare]: whose programs are in charge is read from the pins. What an earlier takeover left undone is done.
/// 2. [#succeed]: this build's programs are loaded so that they relay every packet to those in charge, and what agents
///    write is carried into the new maps. Hooks then get the new programs, in any order and time: all of them lead to
///    the same tables.
/// 3. [#run]: what programs have written is carried, and again what changed meanwhile; then a number is set, from
///    which on the new programs work on the new maps, at all hooks at once. Connections that began in the instant
///    between are unknown to them: they ask the former programs. These are carried last.
/// 4. [#done]: programs that ask nobody stand at all hooks.
///
/// An agent that is killed before the number is set leaves the former programs in charge, and the next one begins
/// anew; after it, the new ones, and the next one carries the rest.
public final class Takeover {
    private static final System.Logger LOG = System.getLogger("takeover");

    private final Bpf bpf;
    private final Pins pins;
    private final PinnedLayout own;
    private final List<Problem> problems = new CopyOnWriteArrayList<>();
    private Optional<PinnedLayout> former;
    private Optional<PinnedLayout> exhausted = Optional.empty();
    private Set<Integer> called = Set.of();

    private Takeover(Bpf bpf, Pins pins, PinnedLayout own, Optional<PinnedLayout> former) {
        this.bpf = bpf;
        this.pins = pins;
        this.own = own;
        this.former = former;
    }

    /// Makes room for this build's maps, whatever is there.
    ///
    /// @param bpfRoot     the directory that is given to [Generation#load]
    /// @param description of this build's layout and sizes
    public static Takeover prepare(Bpf bpf, Pins pins, Path bpfRoot, Description description) {
        PinTree tree = new PinTree(bpfRoot.resolve("stentor"), description.fingerprint());
        List<PinnedLayout> inCharge = PinnedLayout.inCharge(bpf, pins, tree);
        boolean isOwn = inCharge.isEmpty() || inCharge.getFirst().tree().equals(tree);
        Takeover takeover = new Takeover(
                bpf,
                pins,
                new PinnedLayout(tree, description, 0),
                isOwn ? Optional.empty() : Optional.of(inCharge.getFirst()));
        for (PinnedLayout earlier : inCharge.subList(Math.min(1, inCharge.size()), inCharge.size())) {
            takeover.finish(earlier, inCharge.getFirst());
        }
        if (!isOwn) {
            pins.remove(tree.maps());
        }
        PinnedLayout.describe(bpf, pins, tree, description);
        return takeover;
    }

    /// What a takeover that was broken off has not carried yet.
    private void finish(PinnedLayout earlier, PinnedLayout latest) {
        try (LayoutCarry rest = new LayoutCarry(bpf, earlier, latest, MapOwner.DATAPATH)) {
            rest.follow();
        }
        earlier.setDone(pins);
    }

    /// Whether other programs are in charge until [#run].
    public boolean isPending() {
        return former.isPresent();
    }

    /// Lets a generation that was loaded with `succeeds` relay to the programs in charge, and fills the maps that
    /// agents
    /// write.
    ///
    /// @param programs by their place in the map `former`
    /// @throws KernelException if they cannot be called
    public void succeed(Generation generation, Map<Integer, String> programs) {
        PinnedLayout before = former.orElseThrow();
        called = Set.copyOf(programs.keySet());
        programs.forEach((place, name) -> {
            try (BpfProgram program = before.program(bpf, pins, name).orElse(null)) {
                if (program != null) {
                    generation.map(Maps.FORMER.name()).put(place, program);
                }
            }
        });
        carryDesired();
    }

    /// What agents write: until the first complete state, that is what there is.
    private void carryDesired() {
        try (LayoutCarry desired = new LayoutCarry(bpf, former.orElseThrow(), own, MapOwner.AGENT)) {
            desired.copy();
            problems.addAll(desired.problems());
        }
    }

    /// Where the kernel lets programs not call those in charge, before any hook has a new one. What the former
    /// programs write from now on, until the last hook is given its new one, is not carried.
    public void runAtOnce(Generation generation) {
        carryDesired();
        run(generation);
    }

    /// Once every hook has its relaying program, or its former one.
    public void run(Generation generation) {
        PinnedLayout before = former.orElseThrow();
        long begin = System.nanoTime();
        int entries;
        try (LayoutCarry written = new LayoutCarry(bpf, before, own, MapOwner.DATAPATH)) {
            written.copy();
            written.copy();
            PinnedLayout.setNumber(generation.map(Maps.TAKEOVER.name()), before.number() + 1);
            former = Optional.empty();
            exhausted = Optional.of(before);
            written.follow();
            entries = written.entries();
            problems.addAll(written.problems());
        }
        long took = (System.nanoTime() - begin) / 1_000_000;
        LOG.log(INFO, "took over from layout=" + before.tree().fingerprint() + " entries=" + entries + " ms=" + took);
    }

    /// The first programs of all, or the same layout's: they are in charge from the moment that they are attached.
    public void begin(Generation generation) {
        BpfMap takeover = generation.map(Maps.TAKEOVER.name());
        byte[] number = takeover.lookup(BpfMap.index(0)).orElseThrow();
        if (Arrays.equals(number, new byte[number.length])) {
            PinnedLayout.setNumber(takeover, 1);
        }
    }

    /// When hooks run programs that ask nobody: the former ones and their maps may go.
    ///
    /// @param succeeding the generation that asked
    public void done(Generation succeeding) {
        BpfMap programs = succeeding.map(Maps.FORMER.name());
        called.forEach(place -> programs.delete(BpfMap.index(place)));
        called = Set.of();
        exhausted.ifPresent(layout -> layout.setDone(pins));
        exhausted = Optional.empty();
    }

    /// What could not be carried.
    public List<Problem> problems() {
        return List.copyOf(problems);
    }
}
