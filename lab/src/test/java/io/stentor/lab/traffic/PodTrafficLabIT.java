package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import org.junit.jupiter.api.Test;

class PodTrafficLabIT {

    @Test
    void pods_of_two_nodes_talk_through_the_tunnel_and_a_drop_is_seen() throws Exception {
        try (TrafficLab lab = TrafficLab.up(TrafficLab.spec(Routing.TUNNEL, Families.IPV4, 2))) {
            lab.createPod("here", 1, false);
            lab.createPod("there", 2, false);
            Place here = lab.pod("here");
            Place there = lab.pod("there");
            IpAddress target = there.address(Family.IPV4);
            assertThat(here.run("ping", "-nc1", "-W5", target.toString())).contains(" 0% packet loss");
            assertThat(here.ask("tcp", target, "who")).isEqualTo(here.address(Family.IPV4) + " " + target);

            here.run("ip", "address", "add", "10.9.9.9/32", "dev", "eth0");
            here.attempt("ping", "-nc1", "-W1", "-I", "10.9.9.9", target.toString());
            assertThat(lab.drops(1)
                            .await(
                                    132,
                                    drop -> drop.at("/source/address").asText().equals("10.9.9.9"))
                            .path("reason")
                            .asText())
                    .isEqualTo("Invalid source ip");
        }
    }
}
