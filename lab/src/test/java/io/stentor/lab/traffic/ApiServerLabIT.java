package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.kube.Unruly;
import io.stentor.kube.Unruly.Manner;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// An agent whose API server answers errors, nonsense or nothing: it starts, stays, and takes and lets go pods.
///
/// `-Dmatrix=short` (default) tries two kinds of that, `full` all. That it is not there at all is [AgentLifeLabIT]'s,
/// where the operator gives out pod CIDRs; here the cluster does.
class ApiServerLabIT {

    private static final LabSpec SPEC = new LabSpec(
            "api-server",
            1,
            new Shape(Routing.TUNNEL, Underlay.FLAT, Families.IPV4),
            true,
            Map.of("ipam.mode", "kubernetes"));

    private static TrafficLab lab;
    private static Unruly between;

    @BeforeAll
    static void up() throws IOException {
        lab = TrafficLab.up(SPEC);
        lab.runPods(1, "here");
        between = lab.disturb(1);
        lab.agent("restart", 1);
    }

    @AfterAll
    static void down() throws IOException {
        if (between != null) {
            between.close();
        }
        TrafficLab.end(lab, SPEC);
    }

    @SuppressWarnings("UnusedMethod") // a MethodSource
    private static Stream<Manner> manners() {
        return Configuration.FULL
                ? Stream.of(Manner.values()).filter(manner -> manner != Manner.OBEDIENT)
                : Stream.of(Manner.FAILING, Manner.HALTING);
    }

    @ParameterizedTest
    @MethodSource("manners")
    void with_a_server_that_misbehaves_an_agent_starts_and_stays_and_takes_pods(Manner manner) throws Exception {
        await(status -> status.path("status").asText().equals("ok"));
        int asked = between.asked();
        between.become(manner);
        between.cut();
        await(_ -> between.asked() > asked + 2);
        podsComeAndGo();

        lab.agent("kill", 1);
        lab.agent("restart", 1);
        assertThat(lab.status(1).path("parts").toString())
                .contains("what was known before holds", "pods can be started");
        podsComeAndGo();

        between.become(Manner.OBEDIENT);
        await(status -> status.path("status").asText().equals("ok"));
        podsComeAndGo();
    }

    private static void await(Predicate<JsonNode> wanted) throws InterruptedException {
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        for (JsonNode status = lab.status(1); !wanted.test(status); status = lab.status(1)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the status is still " + status.toPrettyString());
            }
            Thread.sleep(100);
        }
    }

    /// A pod without an object, as the runtime's plugin sees it, and the one that is there.
    private static void podsComeAndGo() {
        String plugin = "cd /run/stentor-node && CNI_CONTAINERID=byhand CNI_NETNS=/run/netns/byhand CNI_IFNAME=eth0"
                + " CNI_COMMAND=%s bin/stentor-cni <net.d/05-stentor.conflist";
        String here = lab.pod("here").address(Family.IPV4).toString();
        lab.node(1).run("ip", "netns", "add", "byhand");
        assertThat(lab.node(1).run("sh", "-c", plugin.formatted("ADD"))).contains("\"ips\"");
        lab.node(1).run("ip", "netns", "exec", "byhand", "ping", "-nc1", "-W5", here);
        lab.node(1).run("sh", "-c", plugin.formatted("DEL"));
        lab.node(1).run("ip", "netns", "delete", "byhand");
    }
}
