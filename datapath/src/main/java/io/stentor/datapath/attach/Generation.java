package io.stentor.datapath.attach;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.ObjectSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Programs of one configuration, ready to be attached, with the maps that they work on.
///
/// Loading touches nothing that runs: maps that outlive generations are taken from their pins or made, prog arrays and
/// scratch maps are made anew and pinned below a number of their own. Programs then replace their forerunners hook by
/// hook ([Attachments]); only when all have, [#retireOthers] removes what the forerunners needed. An agent that is
/// killed between any two steps leaves pins of a generation that nobody runs, and the next one removes them.
public final class Generation implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("datapath");

    private final PinTree tree;
    private final Pins pins;
    private final int number;
    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final Map<String, BpfProgram> programs = new LinkedHashMap<>();
    private final List<BpfObject> objects = new ArrayList<>();

    /// Programs that were opened from their pins.
    private final List<BpfProgram> resumed = new ArrayList<>();

    private Generation(PinTree tree, Pins pins, int number) {
        this.tree = tree;
        this.pins = pins;
        this.number = number;
    }

    private static PinTree tree(Path bpfRoot, Blueprint blueprint) {
        return new PinTree(bpfRoot.resolve("stentor"), blueprint.layout().fingerprint());
    }

    private static List<Integer> numbers(PinTree tree, Pins pins) {
        return pins.list(tree.generations()).stream()
                .filter(name -> name.matches(PinTree.NUMBER))
                .map(Integer::valueOf)
                .toList();
    }

    /// Loads what the blueprint says.
    ///
    /// @param bpfRoot a directory on a bpf file system; everything is below its `stentor`
    /// @throws io.stentor.kernel.MapMismatch      if a pinned map is not as declared
    /// @throws io.stentor.kernel.VerifierRejected if the kernel refuses a program
    public static Generation load(Bpf bpf, Pins pins, Path bpfRoot, Blueprint blueprint) {
        PinTree tree = tree(bpfRoot, blueprint);
        Generation generation =
                new Generation(tree, pins, numbers(tree, pins).stream().reduce(0, Math::max) + 1);
        try {
            generation.openMaps(bpf, blueprint.maps());
            generation.loadObjects(bpf, blueprint);
            generation.fillProgArrays(blueprint.tailCalls());
            generation.pinPrograms(blueprint);
            return generation;
        } catch (RuntimeException e) {
            generation.close();
            pins.remove(generation.tree.generation(generation.number));
            throw e;
        }
    }

    /// Takes up the last start's programs where loading the blueprint would only make the same again: they were made
    /// from equal parts, are all there, and use the maps that are pinned now. Hooks then run on with what they run.
    ///
    /// @return empty where anything is another, or missing
    public static Optional<Generation> resume(Bpf bpf, Pins pins, Path bpfRoot, Blueprint blueprint) {
        PinTree tree = tree(bpfRoot, blueprint);
        int last = numbers(tree, pins).stream().reduce(0, Math::max);
        List<String> names = pins.list(tree.programs(last));
        if (!pins.list(tree.loaded(last)).contains(mark(blueprint, names.size()))) {
            return Optional.empty();
        }
        Generation generation = new Generation(tree, pins, last);
        try {
            if (generation.reopen(bpf, blueprint, names)) {
                return Optional.of(generation);
            }
        } catch (KernelException damaged) {
            LOG.log(System.Logger.Level.WARNING, "the programs that run cannot be taken up", damaged);
        }
        generation.close();
        return Optional.empty();
    }

    private boolean reopen(Bpf bpf, Blueprint blueprint, List<String> names) {
        for (MapSpec<?, ?> spec : blueprint.maps()) {
            Optional<BpfMap> map = bpf.openPinnedMap(pin(spec));
            map.ifPresent(there -> maps.put(spec.name(), there));
            if (map.isEmpty() || !kernelSpec(spec).fits(map.get().spec())) {
                return false;
            }
            if (ProcessorMaps.isOne(spec)) {
                ProcessorMaps.fill(bpf, map.get(), spec);
            }
        }
        for (String name : names) {
            Optional<BpfProgram> program =
                    bpf.openPinnedProgram(tree.programs(number).resolve(name));
            program.ifPresent(resumed::add);
            program.ifPresent(there -> programs.put(name, there));
        }
        return programs.size() == names.size() && useTheseMaps(bpf);
    }

    /// Whether no program works on a map that is called like one of ours and is another.
    private boolean useTheseMaps(Bpf bpf) {
        Map<String, Integer> ours = new HashMap<>();
        maps.values().forEach(map -> ours.put(map.spec().name(), map.id()));
        Set<Integer> used = new HashSet<>();
        resumed.forEach(program -> used.addAll(program.mapIds()));
        for (int id : used) {
            try (BpfMap map = bpf.openMap(id).orElse(null)) {
                if (map == null || ours.getOrDefault(map.spec().name(), id) != id) {
                    return false;
                }
            }
        }
        return true;
    }

    private Path pin(MapSpec<?, ?> spec) {
        Path directory = spec.shape().owner() == MapOwner.GENERATION ? tree.generation(number) : tree.maps();
        return directory.resolve(spec.name());
    }

    private void openMaps(Bpf bpf, List<MapSpec<?, ?>> specs) {
        pins.makeDirectory(tree.maps());
        pins.makeDirectory(tree.generation(number));
        for (MapSpec<?, ?> spec : specs) {
            BpfMap map = bpf.openOrCreate(pin(spec), kernelSpec(spec));
            maps.put(spec.name(), map);
            if (ProcessorMaps.isOne(spec)) {
                ProcessorMaps.fill(bpf, map, spec);
            }
        }
    }

    static io.stentor.kernel.bpf.MapSpec kernelSpec(MapSpec<?, ?> spec) {
        Optional<io.stentor.kernel.bpf.MapSpec> inner = spec.shape().inner().map(Generation::kernelSpec);
        return new io.stentor.kernel.bpf.MapSpec(
                spec.name(),
                MapType.of(spec.type().code()),
                new io.stentor.kernel.bpf.MapSpec.Sizes(
                        spec.key().size(), spec.value().size(), spec.shape().maxEntries()),
                spec.shape().flags(),
                inner);
    }

    /// The verifier is most of what an agent's start takes: objects are loaded side by side.
    private void loadObjects(Bpf bpf, Blueprint blueprint) {
        List<CompletableFuture<BpfObject>> loading = blueprint.objects().stream()
                .map(file -> spec(file, blueprint))
                .map(spec -> CompletableFuture.supplyAsync(() -> bpf.load(spec), Generation::beside))
                .toList();
        Optional<CompletionException> failure = Optional.empty();
        for (CompletableFuture<BpfObject> task : loading) {
            try {
                BpfObject object = task.join();
                objects.add(object);
                programs.putAll(object.programs());
            } catch (CompletionException failed) {
                failure = failure.or(() -> Optional.of(failed));
            }
        }
        if (failure.isPresent()) {
            throw failure.get().getCause() instanceof RuntimeException reason ? reason : failure.get();
        }
    }

    private static void beside(Runnable load) {
        Thread.ofPlatform().daemon().name("load").start(load);
    }

    private ObjectSpec spec(Blueprint.ObjectFile file, Blueprint blueprint) {
        ObjectSpec spec = ObjectSpec.of(file.name(), file.elf());
        for (Map.Entry<String, byte[]> section : blueprint.readOnlyData().entrySet()) {
            if (file.declares().contains(section.getKey())) {
                spec = spec.withReadOnlyData(section.getKey(), section.getValue());
            }
        }
        for (Map.Entry<String, BpfMap> map : maps.entrySet()) {
            if (file.declares().contains(map.getKey())) {
                spec = spec.withMaxEntries(map.getKey(), map.getValue().spec().maxEntries())
                        .reusing(map.getKey(), map.getValue());
            }
        }
        return spec;
    }

    /// For the next start, and for a build of another layout, which has no other way to find them.
    private void pinPrograms(Blueprint blueprint) {
        pins.makeDirectory(tree.programs(number));
        programs.forEach((name, program) -> program.pin(tree.programs(number).resolve(name)));
        pins.makeDirectory(tree.loaded(number).resolve(mark(blueprint, programs.size())));
    }

    private static String mark(Blueprint blueprint, int programs) {
        return blueprint.sum() + "-" + programs;
    }

    private void fillProgArrays(Map<String, Map<Integer, String>> tailCalls) {
        tailCalls.forEach(
                (array, calls) -> calls.forEach((index, program) -> map(array).put(index, program(program))));
    }

    /// Counted from 1, higher than that of any earlier one whose pins are left.
    public int number() {
        return number;
    }

    /// All maps of the blueprint by name, open until [#close].
    public Map<String, BpfMap> maps() {
        return Map.copyOf(maps);
    }

    /// @throws IllegalArgumentException if there is none of that name
    public BpfMap map(String name) {
        BpfMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("no map " + name + " among " + maps.keySet());
        }
        return map;
    }

    /// @throws IllegalArgumentException if there is none of that name
    public BpfProgram program(String name) {
        BpfProgram program = programs.get(name);
        if (program == null) {
            throw new IllegalArgumentException("no program " + name + " among " + programs.keySet());
        }
        return program;
    }

    PinTree tree() {
        return tree;
    }

    Pins pins() {
        return pins;
    }

    /// Removes the pins of all other generations and layouts. To be called when every hook runs this one: a program
    /// whose prog array loses its pin ends at its next tail call.
    void retireOthers() {
        for (int other : numbers(tree, pins)) {
            if (other != number) {
                pins.remove(tree.generation(other));
            }
        }
        for (String name : pins.list(tree.root())) {
            if (tree.isLayout(name) && !name.equals(tree.fingerprint())) {
                pins.remove(tree.root().resolve(name));
            }
        }
    }

    /// Closes what is open here. What is attached goes on running.
    @Override
    public void close() {
        objects.forEach(BpfObject::close);
        resumed.forEach(BpfProgram::close);
        maps.values().forEach(BpfMap::close);
    }
}
