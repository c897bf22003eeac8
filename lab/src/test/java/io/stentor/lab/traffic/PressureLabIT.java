package io.stentor.lab.traffic;

import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Tables of connections that are small, agents that are dead, and more connections than there is room for.
class PressureLabIT {
    private static final int ROOM = 1024;
    private static final int CROWD = 700;

    /// That come and go: several times as many as there is room for.
    private static final int CHURN = (Configuration.FULL ? 20 : 5) * ROOM;

    /// `talk.py` tells of so many.
    private static final int TOLD = 1024;

    private static final LabSpec SPEC = new LabSpec(
            "pressure",
            2,
            new Shape(Routing.TUNNEL, Underlay.FLAT, Families.IPV4),
            true,
            Map.of("bpf.ctTcpMax", Integer.toString(ROOM), "bpf.ctAnyMax", Integer.toString(ROOM)));

    private static TrafficLab lab;

    @BeforeAll
    static void up() throws IOException {
        lab = TrafficLab.up(SPEC);
        lab.runPods(1, "crowded", "neighbour");
        lab.runPods(2, "there");
    }

    @AfterAll
    static void down() throws IOException {
        TrafficLab.end(lab, SPEC);
    }

    private static Running start(String pod, String verb, int count) {
        List<String> command = Place.talk(
                verb,
                lab.pod("there").address(Family.IPV4).toString(),
                Integer.toString(Place.PORT),
                Integer.toString(count));
        return lab.pod(pod).start(command.toArray(String[]::new));
    }

    /// As bytes that it is filled with do not depend on the agent, the agents are dead from before the first
    /// connection.
    @Test
    void without_agents_none_is_refused_and_none_is_lost_however_many_come_and_go() throws Exception {
        lab.agent("kill", 1);
        lab.agent("kill", 2);
        try (Running idle = lab.pod("neighbour").hold("tcp", lab.pod("there").address(Family.IPV4), 0);
                Running crowd = start("crowded", "crowd", CROWD)) {
            Place.echo(List.of(idle), "before");
            crowd.await("connected"::equals);
            try (Running churn = start("crowded", "churn", CHURN);
                    Running other = start("neighbour", "churn", ROOM)) {
                other.await((ROOM + " answered")::equals);
                for (int made = TOLD; made <= CHURN; made += TOLD) {
                    churn.await((made + " made")::equals);
                }
                churn.await((CHURN + " answered")::equals);
            }
            crowd.say("still");
            crowd.await((CROWD + " echo still")::equals);
            Place.echo(List.of(idle), "after");

            lab.agent("restart", 1);
            lab.agent("restart", 2);
            crowd.say("again");
            crowd.await((CROWD + " echo again")::equals);
            Place.echo(List.of(idle), "in the end");
        }
    }
}
