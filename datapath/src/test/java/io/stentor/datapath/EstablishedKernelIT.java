package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which packets take the short way. Told by what they pass without: a table that only the stages read is emptied.
class EstablishedKernelIT {
    private static final int DROP = 2;
    private static final int REDIRECT = 7;

    private final PacketBuilder builder;
    private final Linux kernel = Linux.open();
    private final TestNode node;

    EstablishedKernelIT() throws IOException {
        node = new TestNode(kernel);
        builder = new PacketBuilder(node.world());
    }

    private int verdict(LoadedPrograms programs, String program, String link, String packet) throws IOException {
        return node.run(programs.program(program), link, 0, builder.build(packet))
                .value();
    }

    @Test
    void a_pods_packet_of_a_connection_in_use_needs_no_stage_and_any_other_does() throws IOException {
        try (kernel;
                node;
                LoadedPrograms programs =
                        new LoadedPrograms(kernel.bpf(), node.world().config(Map.of()), Map.of())) {
            programs.reset(node.world().images(Optional.of(Family.IPV4)));
            for (String ip : new String[] {"ipv4", "ipv6"}) {
                String there = "eth(web, gateway)/" + ip + "(web, db)/tcp(1000, 80, flags=";
                assertThat(verdict(programs, "from_pod", "web", there + "S)")).isEqualTo(REDIRECT);
                String back = "eth(db, gateway)/" + ip + "(db, web)/tcp(80, 1000, flags=SA)";
                assertThat(verdict(programs, "from_pod", "db", back)).isEqualTo(REDIRECT);
                assertThat(verdict(programs, "from_pod", "web", there + "A)")).isEqualTo(REDIRECT);
            }
            BpfMap endpoints = programs.map(Maps.ENDPOINTS.name());
            endpoints.deleteBatch(endpoints.keys());
            for (String ip : new String[] {"ipv4", "ipv6"}) {
                String there = "eth(web, gateway)/" + ip + "(web, db)/tcp(1000, 80, flags=";
                assertThat(verdict(programs, "from_pod", "web", there + "A)")).isEqualTo(REDIRECT);
                assertThat(verdict(programs, "from_pod", "web", there + "FA)")).isEqualTo(DROP);
                assertThat(verdict(programs, "from_pod", "db", there + "A)"))
                        .as("from another pod's link")
                        .isEqualTo(DROP);
                String forged = there.replace("eth(web", "eth(db");
                assertThat(verdict(programs, "from_pod", "web", forged + "A)")).isEqualTo(DROP);
                String other = there.replace("1000", "1001");
                assertThat(verdict(programs, "from_pod", "web", other + "A)")).isEqualTo(DROP);
            }
            programs.expire(Maps.CT_ANSWERED.name());
            assertThat(verdict(programs, "from_pod", "web", "eth(web, gateway)/ipv4(web, db)/tcp(1000, 80, flags=A)"))
                    .as("past its time")
                    .isEqualTo(DROP);
        }
    }

    @Test
    void so_do_what_a_pod_calls_by_a_services_address_and_what_it_is_answered() throws IOException {
        try (kernel;
                node;
                LoadedPrograms programs =
                        new LoadedPrograms(kernel.bpf(), node.world().config(Map.of("services", "true")), Map.of())) {
            programs.reset(node.world().images(Optional.of(Family.IPV4)));
            String call = "eth(web, gateway)/ipv4(web, shop)/tcp(1000, 80, flags=";
            String answer = "eth(db, gateway)/ipv4(db, web)/tcp(8080, 1000, flags=";
            assertThat(verdict(programs, "from_pod", "web", call + "S)")).isEqualTo(REDIRECT);
            assertThat(verdict(programs, "from_pod", "db", answer + "SA)")).isEqualTo(REDIRECT);
            assertThat(verdict(programs, "from_pod", "web", call + "A)")).isEqualTo(REDIRECT);
            BpfMap endpoints = programs.map(Maps.ENDPOINTS.name());
            endpoints.deleteBatch(endpoints.keys());
            assertThat(verdict(programs, "from_pod", "web", call + "A)")).isEqualTo(REDIRECT);
            assertThat(verdict(programs, "from_pod", "db", answer + "A)")).isEqualTo(REDIRECT);
            assertThat(verdict(programs, "from_pod", "web", call + "FA)")).isEqualTo(DROP);
            assertThat(verdict(programs, "from_pod", "web", call.replace("1000", "1001") + "A)"))
                    .isEqualTo(DROP);
            String direct = "eth(web, gateway)/ipv4(web, db)/tcp(1000, 8080, flags=A)";
            assertThat(verdict(programs, "from_pod", "web", direct))
                    .as("past the service, by ends that are a connection to it")
                    .isEqualTo(DROP);
        }
    }
}
