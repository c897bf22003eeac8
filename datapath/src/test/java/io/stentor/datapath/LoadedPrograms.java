package io.stentor.datapath;

import io.stentor.bpf.BpfObjects;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Counter;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.DropReason;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.datapath.attach.Blueprint;
import io.stentor.datapath.attach.ProcessorMaps;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfObject;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.ObjectSpec;
import io.stentor.kernel.bpf.RingBuffer;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/// All objects under one configuration, sharing their maps as they do on a node.
final class LoadedPrograms implements AutoCloseable {
    static final List<String> OBJECTS = List.of("pod", "net", "overlay", "sock");

    private final List<BpfObject> objects = new ArrayList<>();
    private final Map<String, BpfMap> maps = new HashMap<>();
    private final Map<String, BpfProgram> programs = new HashMap<>();
    private final RingBuffer ring;

    /// @param replaced kind and size of maps that are not to be as declared
    LoadedPrograms(Bpf bpf, Config config, Map<String, String> replaced) {
        this(bpf, config, replaced, Map.of());
    }

    /// @param entries of maps that are to have another size
    LoadedPrograms(Bpf bpf, Config config, Map<String, String> replaced, Map<String, Integer> entries) {
        for (String name : OBJECTS) {
            byte[] elf = BpfObjects.load(name);
            for (Map.Entry<String, String> map : replaced.entrySet()) {
                elf = ReplacedMap.patch(elf, map.getKey(), map.getValue());
            }
            Set<String> declares = Blueprint.ObjectFile.of(name, elf).declares();
            ObjectSpec spec = ObjectSpec.of(name, elf).withReadOnlyData(".rodata.config", config.encode());
            for (MapSpec<?, ?> map : Maps.ALL) {
                Integer size = entries.get(map.name());
                if (size != null && declares.contains(map.name())) {
                    spec = spec.withMaxEntries(map.name(), size);
                }
                BpfMap existing = maps.get(map.name());
                if (existing != null
                        && declares.contains(map.name())
                        && map.shape().owner() != MapOwner.GENERATION) {
                    spec = spec.reusing(map.name(), existing);
                }
            }
            BpfObject object = bpf.load(spec);
            objects.add(object);
            object.maps().forEach(maps::putIfAbsent);
            programs.putAll(object.programs());
        }
        ProcessorMaps.fill(bpf, maps.get(Maps.EVENTS.name()), Maps.EVENTS);
        ring = EventRings.open(bpf, maps.get(Maps.EVENTS.name()));
    }

    BpfProgram program(String name) {
        BpfProgram program = programs.get(name);
        if (program == null) {
            throw new IllegalArgumentException("no program " + name + " among " + programs.keySet());
        }
        return program;
    }

    BpfMap map(String name) {
        return maps.get(name);
    }

    Map<String, BpfProgram> all() {
        return programs;
    }

    /// Empties what the programs wrote and fills in what the agent writes.
    void reset(List<MapImage<?, ?>> images) {
        for (MapSpec<?, ?> spec : Maps.ALL) {
            BpfMap map = maps.get(spec.name());
            switch (spec.type()) {
                case HASH, LRU_HASH, LPM_TRIE -> map.deleteBatch(map.keys());
                case ARRAY, PERCPU_ARRAY -> {
                    for (BpfMap.Entry entry : map.dump()) {
                        byte[] nothing = new byte[entry.value().length];
                        if (!Arrays.equals(entry.value(), nothing)) {
                            map.update(entry.key(), nothing);
                        }
                    }
                }
                default -> {}
            }
        }
        for (MapImage<?, ?> image : images) {
            BpfMap map = maps.get(image.map().name());
            image.entries().forEach((key, value) -> map.update(key.toArray(), value.toArray()));
        }
        ring.drain(record -> {});
    }

    List<Event> events() {
        List<Event> events = new ArrayList<>();
        ring.drain(record -> events.add(Event.CODEC.decode(record.toArray(ValueLayout.JAVA_BYTE))));
        return events;
    }

    int entries(String map) {
        return maps.get(map).keys().size();
    }

    /// `forward egress` and `drop REASON egress`, each with its number of packets, but for zeros.
    Map<String, Long> counters() {
        Map<String, Long> counters = new HashMap<>();
        BpfMap metrics = maps.get(Maps.METRICS.name());
        for (BpfMap.Entry entry : metrics.dump()) {
            long packets = metrics.splitPerCpu(entry.value()).stream()
                    .mapToLong(v -> Counter.CODEC.decode(v).packets())
                    .sum();
            if (packets > 0) {
                int index = Maps.METRICS.key().decode(entry.key());
                String direction = Direction.of(index & 3).name().toLowerCase(Locale.ROOT);
                int reason = index >>> 2;
                String kind = reason == 0
                        ? "forward"
                        : "drop " + DropReason.of(reason).name();
                counters.put(kind + " " + direction, packets);
            }
        }
        return counters;
    }

    /// Puts the deadline of all entries into the past.
    void expire(String name) {
        moveDeadlines(name, deadline -> 1);
    }

    /// Makes all entries older.
    void age(String name, int seconds) {
        moveDeadlines(name, deadline -> deadline - seconds * 1_000_000_000L);
    }

    private void moveDeadlines(String name, LongUnaryOperator move) {
        BpfMap map = maps.get(name);
        for (BpfMap.Entry entry : map.dump()) {
            byte[] moved = switch (name) {
                case "ct_answered", "ct_unanswered", "ct_overflow" -> {
                    CtEntry ct = CtEntry.CODEC.decode(entry.value());
                    yield ct.withDeadline(move.applyAsLong(ct.deadline())).encode();
                }
                case "nat", "nat_unanswered" -> {
                    NatEntry nat = NatEntry.CODEC.decode(entry.value());
                    yield new NatEntry(nat.pod(), move.applyAsLong(nat.deadline()), nat.port()).encode();
                }
                default -> throw new IllegalArgumentException("entries of " + name + " have no time");
            };
            map.update(entry.key(), moved);
        }
    }

    @Override
    public void close() {
        ring.close();
        objects.forEach(BpfObject::close);
    }
}
