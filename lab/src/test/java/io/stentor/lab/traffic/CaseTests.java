package io.stentor.lab.traffic;

import io.stentor.lab.LabSpec;
import io.stentor.model.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// Cases in one lab, which stays up until they are through.
///
/// `-Dcases=REGEX` leaves out cases in whose sentence it is not found.
final class CaseTests implements AutoCloseable {
    private static final int AT_ONCE = 6;
    private static final Pattern CASES = Pattern.compile(System.getProperty("cases", ""));

    private final Configuration configuration;
    private final LabSpec spec;
    private final World world;
    private final ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);

    private CaseTests(Configuration configuration, LabSpec spec, World world) {
        this.configuration = configuration;
        this.spec = spec;
        this.world = world;
    }

    /// @param spec of the lab: the configuration's, with a name and settings of its own
    static CaseTests in(Configuration configuration, LabSpec spec) {
        try {
            return new CaseTests(configuration, spec, World.up(configuration, spec));
        } catch (Exception e) {
            throw new AssertionError("the lab " + spec.name() + " does not come up", e);
        }
    }

    /// Cases that run side by side, for each family, and are under way from now on.
    Stream<DynamicTest> atOnce(Stream<Case> cases) {
        List<DynamicTest> tests = new ArrayList<>();
        cases.filter(each -> each.applies().test(configuration) && isAskedFor(each))
                .forEach(each -> {
                    for (Family family : configuration.list()) {
                        Future<?> result = workers.submit(() -> {
                            run(each, family);
                            return null;
                        });
                        tests.add(DynamicTest.dynamicTest(
                                configuration + ", " + family + ": " + each.sentence(), () -> await(result)));
                    }
                });
        workers.shutdown();
        return tests.stream();
    }

    /// Cases that nothing else may run beside, once for all families.
    Stream<DynamicTest> alone(Stream<Case> scenarios) {
        return scenarios
                .filter(each -> each.applies().test(configuration) && isAskedFor(each))
                .map(each -> DynamicTest.dynamicTest(
                        configuration + ": " + each.sentence(),
                        () -> run(each, configuration.list().getFirst())));
    }

    /// The last one.
    DynamicTest end() {
        return DynamicTest.dynamicTest(configuration + ": nothing is left of the lab", () -> {
            close();
            Leftovers.check(spec);
        });
    }

    private static boolean isAskedFor(Case each) {
        return CASES.matcher(each.sentence()).find();
    }

    private void run(Case each, Family family) throws Exception {
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

    @Override
    public void close() {
        workers.shutdownNow();
        world.close();
    }
}
