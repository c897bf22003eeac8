package io.stentor.agent.api;

import io.stentor.bpf.Codec;
import io.stentor.bpf.generated.Counter;
import io.stentor.bpf.generated.CtCounter;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.EventBucket;
import io.stentor.flow.Wire;
import io.stentor.kernel.bpf.BpfMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the programs count, summed over processors.
final class DatapathCounters {
    private DatapathCounters() {}

    /// Which packets a counter is of. Their map is an array: index = reason × 4 + direction.
    ///
    /// @param reason a [io.stentor.bpf.generated.DropReason]'s number; 0 for forwarded packets
    record Kind(int reason, Direction direction) {
        static Kind of(int index) {
            return new Kind(index >>> 2, direction(index & 3));
        }

        private static Direction direction(int number) {
            for (Direction direction : Direction.values()) {
                if (direction.code() == number) {
                    return direction;
                }
            }
            return Direction.UNKNOWN;
        }

        boolean forwarded() {
            return reason == 0;
        }

        String reasonText() {
            return Wire.dropReason(reason);
        }
    }

    /// The counters that are not zero, in the order of the array.
    ///
    /// @param metrics the map [Maps#METRICS]
    static Map<Kind, Counter> packets(BpfMap metrics) {
        Map<Kind, Counter> all = new LinkedHashMap<>();
        for (BpfMap.Entry entry : metrics.dump()) {
            Counter sum = sum(metrics.splitPerCpu(entry.value()));
            if (!sum.equals(Counter.ZERO)) {
                all.merge(Kind.of(Codec.U32.decode(entry.key())), sum, DatapathCounters::plus);
            }
        }
        return all;
    }

    static Counter sum(List<byte[]> processors) {
        return processors.stream().map(Counter.CODEC::decode).reduce(Counter.ZERO, DatapathCounters::plus);
    }

    private static Counter plus(Counter a, Counter b) {
        return new Counter(a.packets() + b.packets(), a.bytes() + b.bytes());
    }

    /// @param buckets the map [Maps#EVENT_BUCKETS]
    /// @return with `suppressed` and `lost` summed, the rest zero
    static EventBucket events(BpfMap buckets) {
        return buckets.lookup(BpfMap.index(0)).stream()
                .flatMap(values -> buckets.splitPerCpu(values).stream())
                .map(EventBucket.CODEC::decode)
                .reduce(
                        EventBucket.ZERO,
                        (a, b) -> new EventBucket(0, 0, a.suppressed() + b.suppressed(), a.lost() + b.lost()));
    }

    /// @param counters the map [io.stentor.bpf.generated.Maps#CT_COUNTERS]
    static CtCounter overflow(BpfMap counters) {
        return counters.lookup(BpfMap.index(0)).stream()
                .flatMap(values -> counters.splitPerCpu(values).stream())
                .map(CtCounter.CODEC::decode)
                .reduce(
                        CtCounter.ZERO,
                        (a, b) -> new CtCounter(
                                a.overShare() + b.overShare(),
                                a.full() + b.full(),
                                a.natOverShare() + b.natOverShare()));
    }
}
