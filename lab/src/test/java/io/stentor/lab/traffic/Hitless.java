package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.topology.Shell;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Agents end under load, in order and by SIGKILL, at rest and while they start: nothing is lost, and what happened to
/// pods meanwhile is made up for.
///
/// Twenty kills of one agent with `-Dmatrix=full`, half of them while it starts; two else, or `-Drounds` times two.
/// Moments are chosen by `-Dseed`, which every run prints.
final class Hitless {

    private static final String TOPIC = "lifetime";
    private static final Duration DEAD = Duration.ofSeconds(3);
    private static final int TERMINATED = 128 + 15;
    private static final int LONG_ROUNDS = 10;

    private Hitless() {}

    static Stream<Case> scenarios() {
        return Stream.of(Case.of(
                TOPIC,
                "agents that are killed, at rest and while they start, lose no packet and no connection",
                (w, f) -> {
                    try (SteadyLoad load = SteadyLoad.start(w)) {
                        new Shaking(w, load).run();
                    }
                }));
    }

    /// One run, with its story growing.
    private static final class Shaking {
        private final World w;
        private final SteadyLoad load;
        private final long seed = Long.getLong("seed", System.nanoTime());
        private final Random random = new Random(seed);
        private final long begin = System.nanoTime();
        private final List<String> story = new ArrayList<>();

        Shaking(World w, SteadyLoad load) {
            this.w = w;
            this.load = load;
            tell("seed " + seed);
        }

        private void tell(String what) {
            String line = Duration.ofNanos(System.nanoTime() - begin).toMillis() + " " + what;
            story.add(line);
            System.out.println(w.configuration() + ": " + line);
        }

        void run() throws Exception {
            String doomed = "born-0";
            w.lab().createPod(doomed, 1, false);
            w.lab().awaitPod(doomed);
            Duration start = ended(2);
            int rounds = Integer.getInteger("rounds", w.configuration().isLong() ? LONG_ROUNDS : 1);
            for (int round = 1; round <= rounds; round++) {
                String born = "born-" + round;
                killed(born, doomed, start);
                doomed = born;
            }
            for (int node = 1; node <= 2; node++) {
                assertThat(w.lab().stentor(node, "diff"))
                        .isEqualTo(new Shell.Result(0, "", "the kernel holds what it should\n"));
                assertThat(pins(node).stream().filter(pin -> pin.matches(".*/generations/[0-9]+")))
                        .as("generations of programs that are left on node-%d", node)
                        .hasSize(1);
            }
            load.check(story);
        }

        /// SIGTERM leaves everything where it is.
        ///
        /// @return how long the next start took
        private Duration ended(int node) {
            List<String> before = pins(node);
            assertThat(before).isNotEmpty();
            tell("SIGTERM to the agent of node-" + node);
            int exit = w.lab().agent("end", node).path("exit").asInt();
            assertThat(exit).as("the exit code of an agent that is told to end").isEqualTo(TERMINATED);
            assertThat(pins(node)).isEqualTo(before);
            tell("start of node-" + node);
            long from = System.nanoTime();
            w.lab().agent("restart", node);
            tell("ready");
            return Duration.ofNanos(System.nanoTime() - from);
        }

        /// Kills an agent at rest, and again while it starts; a pod comes and one goes while it is dead.
        ///
        /// @param start how long a start takes, about
        private void killed(String born, String doomed, Duration start) throws Exception {
            List<IpAddress> addresses = w.lab().pod(doomed).addresses();
            tell("SIGKILL to the agent of node-1");
            w.lab().agent("kill", 1);
            w.lab().createPod(born, 1, false);
            w.lab().askForTheEndOf(doomed);
            Thread.sleep(DEAD);
            Duration moment = Duration.ofNanos(random.nextLong(start.toNanos()));
            tell("start, for " + moment.toMillis() + " ms");
            w.lab().agent("launch", 1);
            Thread.sleep(moment);
            tell("SIGKILL while it starts");
            w.lab().agent("kill", 1);
            tell("start");
            w.lab().agent("restart", 1);
            tell("ready");
            Place pod = w.lab().awaitPod(born);
            assertThat(pod.addresses())
                    .as("addresses of %s, and of %s before", born, doomed)
                    .doesNotContainAnyElementsOf(addresses);
            for (Family family : w.configuration().list()) {
                w.reaches(family, pod, w.remote());
                w.reaches(family, w.remote(), pod);
                w.reaches(family, w.neighbour(), pod);
            }
            w.lab().awaitTheEndOf(doomed);
            awaitRemoval(addresses);
            tell("a pod more, a pod less");
        }

        /// Of all that the agent and the host had of a pod.
        private void awaitRemoval(List<IpAddress> addresses) throws InterruptedException {
            long end = System.nanoTime() + Running.PATIENCE.toNanos();
            for (List<String> left = traces(addresses); !left.isEmpty(); left = traces(addresses)) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("of the deleted pod there is still " + left);
                }
                Thread.sleep(50);
            }
        }

        private List<String> traces(List<IpAddress> addresses) {
            Stream<String> known = w.lab().stentor(1, "endpoint", "list").out().lines();
            Stream<String> routed = Stream.of("-4", "-6")
                    .flatMap(family -> w.node()
                            .run("ip", family, "route", "show", "table", "all")
                            .lines());
            Set<String> sought = addresses.stream().map(Object::toString).collect(Collectors.toSet());
            return Stream.concat(known, routed)
                    .filter(line -> Stream.of(line.split("[ ,]+")).anyMatch(sought::contains))
                    .toList();
        }

        private List<String> pins(int node) {
            return w.lab()
                    .node(node)
                    .run("find", "/sys/fs/bpf/stentor")
                    .lines()
                    .sorted()
                    .toList();
        }
    }
}
