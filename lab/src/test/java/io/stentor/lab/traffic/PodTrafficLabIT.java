package io.stentor.lab.traffic;

import io.stentor.model.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Pods' traffic and services, line by line, in real clusters: one lab a configuration, in which cases run side by
/// side.
///
/// `-Dmatrix=short` (default) tries dual-stack × {tunnel, native}, `full` all six on three nodes; `native-ipv6,…`
/// picks. `-Dcases=REGEX` leaves out cases in whose sentence it is not found.
class PodTrafficLabIT {

    private static final int AT_ONCE = 6;
    private static final Pattern CASES = Pattern.compile(System.getProperty("cases", ""));

    private final List<AutoCloseable> open = new ArrayList<>();

    @TestFactory
    Stream<DynamicContainer> pods_talk() {
        return Configuration.matrix()
                .map(configuration -> DynamicContainer.dynamicContainer(
                        configuration.toString(), Stream.of(configuration).flatMap(this::tests)));
    }

    private Stream<DynamicTest> tests(Configuration configuration) {
        World world = up(configuration);
        ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
        List<DynamicTest> tests = new ArrayList<>();
        Stream.of(
                        Reaching.cases(),
                        Masquerading.cases(),
                        Errors.cases(),
                        Forging.cases(),
                        Lifetimes.cases(),
                        Serving.cases(),
                        ExternalTraffic.cases())
                .flatMap(cases -> cases)
                .filter(each -> each.applies().test(configuration) && isAskedFor(each))
                .forEach(each -> {
                    for (Family family : configuration.list()) {
                        Future<?> result = workers.submit(() -> {
                            run(world, each, family);
                            return null;
                        });
                        tests.add(DynamicTest.dynamicTest(
                                configuration + ", " + family + ": " + each.sentence(), () -> await(result)));
                    }
                });
        workers.shutdown();
        Stream.concat(Lifetimes.scenarios(), Hitless.scenarios())
                .filter(PodTrafficLabIT::isAskedFor)
                .forEach(each -> tests.add(DynamicTest.dynamicTest(
                        configuration + ": " + each.sentence(),
                        () -> run(world, each, configuration.list().getFirst()))));
        tests.add(DynamicTest.dynamicTest(configuration + ": nothing is left of the lab", () -> {
            close();
            Leftovers.check(configuration.spec());
        }));
        return tests.stream();
    }

    private static boolean isAskedFor(Case each) {
        return CASES.matcher(each.sentence()).find();
    }

    private World up(Configuration configuration) {
        try {
            World world = World.up(configuration);
            open.add(world);
            return world;
        } catch (Exception e) {
            throw new AssertionError("the lab " + configuration + " does not come up", e);
        }
    }

    private static void run(World world, Case each, Family family) throws Exception {
        try {
            each.body().run(world, family);
        } catch (AssertionError failed) {
            AssertionError told =
                    new AssertionError(failed.getMessage() + "\n" + world.lab().lastDrops());
            told.setStackTrace(failed.getStackTrace());
            throw told;
        }
    }

    private static void await(Future<?> result) throws Throwable {
        try {
            result.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        open.clear();
    }
}
