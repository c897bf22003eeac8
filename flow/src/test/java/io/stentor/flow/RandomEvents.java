package io.stentor.flow;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.ObservationPoint;
import java.util.Random;

/// Events of any content that the layout can say.
final class RandomEvents {
    private RandomEvents() {}

    static Event event(Random random) {
        return new Event(
                random.nextLong(),
                new Bytes16(random.nextLong(), random.nextLong()),
                new Bytes16(random.nextLong(), random.nextLong()),
                random.nextInt(65536),
                random.nextInt(65536),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(65536),
                random.nextInt(65536),
                random.nextInt(),
                any(random, EventType.values()),
                random.nextInt(256),
                any(random, ObservationPoint.values()),
                any(random, CtState.values()),
                any(random, Direction.values()),
                random.nextInt(256),
                random.nextInt(256),
                random.nextInt(256),
                random.nextInt(256),
                random.nextInt(256));
    }

    private static <T> T any(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
