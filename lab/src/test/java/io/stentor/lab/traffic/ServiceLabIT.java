package io.stentor.lab.traffic;

import io.stentor.lab.LabSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Services where pods' sockets are left alone, and their packets are translated one by one. By sockets they are tried
/// by [PodTrafficLabIT].
class ServiceLabIT {
    private final List<CaseTests> open = new ArrayList<>();

    @TestFactory
    Stream<DynamicContainer> services_are_reached_packet_by_packet() {
        return Configuration.matrix()
                .limit(Configuration.FULL ? Long.MAX_VALUE : 1)
                .map(configuration -> DynamicContainer.dynamicContainer(
                        configuration.toString(), Stream.of(configuration).flatMap(this::tests)));
    }

    private Stream<DynamicTest> tests(Configuration configuration) {
        LabSpec plain = configuration.spec();
        LabSpec spec = new LabSpec(
                "packets-" + configuration,
                plain.nodes(),
                plain.shape(),
                true,
                Map.of("ipam.mode", "cluster-pool", "socketLB.hostNamespaceOnly", "true"));
        CaseTests tests = CaseTests.in(configuration, spec);
        open.add(tests);
        return Stream.concat(
                tests.atOnce(Stream.concat(Serving.cases(), ExternalTraffic.cases())), Stream.of(tests.end()));
    }

    @AfterEach
    void close() {
        open.reversed().forEach(CaseTests::close);
        open.clear();
    }
}
