package io.stentor.datapath;

import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sync.MapImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Packets as data through the real programs in the real kernel. How a case is written: [PacketCase].
class PacketCaseKernelIT {
    private static PacketRunner runner;

    @BeforeAll
    static void make_the_node() throws IOException {
        runner = new PacketRunner();
    }

    @AfterAll
    static void take_the_node_away() throws IOException {
        runner.close();
    }

    /// Every case with the short way of established connections, and by the stages alone: nobody can tell.
    static Stream<Arguments> cases() {
        return PacketCases.all().stream()
                .flatMap(packets ->
                        Stream.of("with the short way", "by the stages alone").map(way -> Arguments.of(packets, way)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void packets_fare_as_the_case_says(PacketCase packets, String way) throws IOException {
        runner.run(packets, images -> way.equals("by the stages alone") ? withoutTheShortWay(images) : images);
    }

    private static List<MapImage<?, ?>> withoutTheShortWay(List<MapImage<?, ?>> images) {
        List<MapImage<?, ?>> left = new ArrayList<>(images);
        left.removeIf(image -> image.map().equals(Maps.LOCAL_PODS));
        return left;
    }
}
