package io.stentor.datapath;

import io.stentor.bpf.generated.Event;
import io.stentor.datapath.attach.ProcessorMaps;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MergedRings;
import io.stentor.kernel.bpf.RingBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// The processors' rings of events, read as one.
public final class EventRings {
    private EventRings() {}

    /// @param array [io.stentor.bpf.generated.Maps#EVENTS], filled
    public static RingBuffer open(Bpf bpf, BpfMap array) {
        List<BpfMap> maps = ProcessorMaps.open(bpf, array);
        List<RingBuffer> rings = new ArrayList<>();
        try {
            maps.forEach(map -> rings.add(bpf.ringBuffer(map)));
            return new MergedRings(rings, EventRings::time);
        } catch (RuntimeException e) {
            rings.forEach(RingBuffer::close);
            throw e;
        } finally {
            maps.forEach(BpfMap::close);
        }
    }

    /// Of records that are no events, nothing is known but that they are there.
    private static long time(MemorySegment record) {
        return record.byteSize() < Event.SIZE ? 0 : record.get(ValueLayout.JAVA_LONG_UNALIGNED, Event.TIME_OFFSET);
    }
}
