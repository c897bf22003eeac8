package io.stentor.datapath;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.bpf.BpfMap;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Somebody who writes what he likes into the tables that the programs keep for themselves. A function of the seed.
final class Damage {
    /// Of a large array only the ends are looked at, and what stands in it.
    private static final int ENDS = 16;

    private final Random random;

    Damage(long seed) {
        random = new Random(seed);
    }

    /// Changes bytes of every second entry or so of each table.
    ///
    /// @return how many entries were changed
    int to(LoadedPrograms programs) {
        int changed = 0;
        for (MapSpec<?, ?> spec : Maps.ALL) {
            if (spec.shape().owner() == MapOwner.DATAPATH) {
                changed += switch (spec.type()) {
                    case HASH, LRU_HASH -> change(programs.map(spec.name()), 0);
                    case ARRAY -> change(programs.map(spec.name()), ENDS);
                    default -> 0;
                };
            }
        }
        return changed;
    }

    /// @param ends 0, or at how many entries from either end it is enough to look where nothing stands
    private int change(BpfMap map, int ends) {
        int changed = 0;
        List<BpfMap.Entry> entries = map.dump();
        for (int i = 0; i < entries.size(); i++) {
            byte[] value = entries.get(i).value();
            boolean counts = ends == 0 || i < ends || i >= entries.size() - ends || !isZero(value);
            if (counts && random.nextBoolean()) {
                map.update(entries.get(i).key(), changed(value));
                changed++;
            }
        }
        return changed;
    }

    private byte[] changed(byte[] value) {
        byte[] other = value.clone();
        for (int i = 0; i < other.length; i++) {
            if (random.nextInt(3) == 0) {
                other[i] = (byte) random.nextInt(256);
            }
        }
        return other;
    }

    private static boolean isZero(byte[] value) {
        return Arrays.equals(value, new byte[value.length]);
    }
}
