package io.stentor.lab.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Pods' traffic and services, line by line, in real clusters: one lab a configuration, in which cases run side by
/// side.
///
/// `-Dmatrix=short` (default) tries dual-stack × {tunnel, native}, `full` all six on three nodes; `native-ipv6,…`
/// picks. Cases: [CaseTests].
class PodTrafficLabIT {
    private final List<CaseTests> open = new ArrayList<>();

    @TestFactory
    Stream<DynamicContainer> pods_talk() {
        return Configuration.matrix()
                .map(configuration -> DynamicContainer.dynamicContainer(
                        configuration.toString(), Stream.of(configuration).flatMap(this::tests)));
    }

    private Stream<DynamicTest> tests(Configuration configuration) {
        CaseTests tests = CaseTests.in(configuration, configuration.spec());
        open.add(tests);
        return Stream.of(
                        tests.atOnce(Stream.of(
                                        Reaching.cases(),
                                        Masquerading.cases(),
                                        Errors.cases(),
                                        Forging.cases(),
                                        Lifetimes.cases(),
                                        Serving.cases(),
                                        ExternalTraffic.cases())
                                .flatMap(cases -> cases)),
                        tests.alone(Stream.of(Lifetimes.scenarios(), Hitless.scenarios(), Rolling.scenarios())
                                .flatMap(scenarios -> scenarios)),
                        Stream.of(tests.end()))
                .flatMap(each -> each);
    }

    @AfterEach
    void close() {
        open.reversed().forEach(CaseTests::close);
        open.clear();
    }
}
