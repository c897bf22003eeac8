package io.stentor.datapath.attach;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfLink;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.Feature;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.MapSpec;
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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A kernel that knows how long things live, and nothing else: what is neither open in the agent nor pinned goes when
/// the agent closes it or is killed. A link takes its program from its hook, a prog array loses its entries.
final class LifetimeKernel extends LoadingKernel implements Pins {
    static final class Killed extends RuntimeException {}

    private static final Object DIRECTORY = new Object();

    final TreeMap<Path, Object> pins = new TreeMap<>();
    final Map<Hook, LivingLink> hooks = new HashMap<>();
    final Set<Integer> devices = new HashSet<>();
    final Set<Object> open = new HashSet<>();
    /// Where a program finds its former one.
    static final Map<String, Integer> PLACES = Map.of("from_pod", 1, "from_net", 2, "connect4", 3);

    final Map<String, List<String>> objects;
    boolean tcx = true;

    /// Whether programs cannot be given others to call.
    boolean refusesCalls;

    int listings;
    private int made;
    /// Objects that were loaded so far.
    int loads;

    /// Runs before every step that changes something.
    Runnable watch = () -> {};

    private final List<LivingMap> maps = new ArrayList<>();
    private int stepsLeft = -1;

    /// @param objects programs by the name of the object that has them
    LifetimeKernel(Map<String, List<String>> objects) {
        this.objects = objects;
    }

    void killAfter(int steps) {
        stepsLeft = steps;
    }

    /// What is left of the agent when it has been killed.
    void reap() {
        stepsLeft = -1;
        open.clear();
        collect();
    }

    void step() {
        watch.run();
        if (stepsLeft-- == 0) {
            throw new Killed();
        }
    }

    void closed(Object handle) {
        open.remove(handle);
        collect();
    }

    private boolean lives(Object thing) {
        return pins.containsValue(thing) || open.contains(thing);
    }

    private void collect() {
        hooks.values().removeIf(link -> !link.filter && !lives(link));
        maps.stream().filter(map -> !lives(map)).forEach(map -> map.calls.clear());
        maps.removeIf(map -> !lives(map));
    }

    void removeDevice(int ifindex) {
        devices.remove(ifindex);
        hooks.keySet().removeIf(hook -> hook instanceof Hook.Tc tc && tc.ifindex() == ifindex);
    }

    void pin(Path path, Object thing) {
        if (!DIRECTORY.equals(pins.get(path.getParent()))) {
            throw new KernelException("BPF_OBJ_PIN", path.toString(), Errno.ENOENT, "");
        }
        if (pins.putIfAbsent(path, thing) != null) {
            throw new KernelException("BPF_OBJ_PIN", path.toString(), Errno.EEXIST, "");
        }
    }

    @Override
    public List<String> list(Path directory) {
        listings++;
        return pins.keySet().stream()
                .filter(p -> directory.equals(p.getParent()))
                .map(p -> p.getFileName().toString())
                .toList();
    }

    @Override
    public void makeDirectory(Path directory) {
        step();
        for (Path at = directory; at != null; at = at.getParent()) {
            pins.put(at, DIRECTORY);
        }
    }

    @Override
    public void remove(Path path) {
        list(path).forEach(name -> remove(path.resolve(name)));
        step();
        pins.remove(path);
        collect();
    }

    @Override
    public BpfMap createMap(MapSpec spec) {
        step();
        LivingMap map = new LivingMap(this, spec, ++made);
        maps.add(map);
        open.add(map);
        return map;
    }

    @Override
    public Optional<BpfMap> openPinnedMap(Path path) {
        return opened(path).map(LivingMap.class::cast);
    }

    @Override
    public Optional<BpfProgram> openPinnedProgram(Path path) {
        return opened(path).map(LivingProgram.class::cast);
    }

    @Override
    public Optional<BpfLink> openPinnedLink(Path path) {
        return opened(path).map(LivingLink.class::cast);
    }

    private Optional<Object> opened(Path path) {
        @Nullable Object thing = pins.get(path);
        if (thing != null) {
            open.add(thing);
        }
        return Optional.ofNullable(thing);
    }

    @Override
    public Optional<BpfMap> openMap(int id) {
        Optional<LivingMap> found = maps.stream().filter(map -> map.id() == id).findFirst();
        found.ifPresent(open::add);
        return found.map(map -> map);
    }

    @Override
    public BpfObject load(ObjectSpec spec) {
        step();
        loads++;
        boolean succeeds = spec.readOnlyData().containsKey(".rodata.config")
                && spec.readOnlyData().get(".rodata.config")[0] != 0;
        Map<String, BpfProgram> programs = new LinkedHashMap<>();
        for (String name : objects.getOrDefault(spec.name(), List.of())) {
            programs.put(
                    name, new LivingProgram(this, name, Map.copyOf(spec.maps().reused()), succeeds));
        }
        return new LivingObject(programs);
    }

    @Override
    public BpfLink attach(BpfProgram program, Hook hook, Path pin) {
        step();
        if (hook instanceof Hook.Tc tc && !devices.contains(tc.ifindex())) {
            throw new KernelException("BPF_LINK_CREATE", "device " + tc.ifindex(), Errno.ENODEV, "");
        }
        LivingLink there = hooks.get(hook);
        if (there != null) {
            there.program = (LivingProgram) program;
            open.add(there);
            return there;
        }
        if (pins.remove(pin) != null) {
            step();
        }
        LivingLink link = new LivingLink(this, hook, (LivingProgram) program, hook instanceof Hook.Tc && !tcx);
        hooks.put(hook, link);
        open.add(link);
        if (!link.filter) {
            step();
            pin(pin, link);
        }
        return link;
    }

    @Override
    public void attachFilter(BpfProgram program, Hook.Tc hook) {
        step();
        if (!devices.contains(hook.ifindex())) {
            throw new KernelException("RTM_NEWQDISC", "device " + hook.ifindex(), Errno.ENODEV, "");
        }
        LivingLink there = hooks.get(hook);
        if (there == null) {
            hooks.put(hook, new LivingLink(this, hook, (LivingProgram) program, true));
        } else {
            there.program = (LivingProgram) program;
        }
    }

    @Override
    public boolean removeFilter(Hook.Tc hook) {
        step();
        LivingLink there = hooks.get(hook);
        return there != null && there.filter && hooks.remove(hook, there);
    }

    @Override
    public boolean has(Feature feature) {
        return feature != Feature.TCX || tcx;
    }

    /// The program at a hook, or null if there is none or its tail calls lead nowhere.
    @Nullable
    LivingProgram working(Hook hook) {
        LivingLink link = hooks.get(hook);
        if (link == null) {
            return null;
        }
        return link.program.works() ? link.program : null;
    }
}
