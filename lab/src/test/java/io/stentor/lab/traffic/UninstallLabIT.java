package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.LabDirectory;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.lab.api.Json;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.Plan;
import io.stentor.lab.topology.Removal;
import io.stentor.lab.topology.Shell;
import io.stentor.lab.topology.Topology;
import io.stentor.model.Family;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// A node from which Stentor is taken away is as it was before.
class UninstallLabIT {
    private static final Shape SHAPE = new Shape(Routing.TUNNEL, Underlay.FLAT, Families.DUAL);
    private static final String STATE = "/run/stentor-node/state";

    /// Somebody else's network, which has to be back in the end.
    private static final String OTHERS = "echo '{\"name\":\"other\"}' >/run/stentor-node/net.d/10-other.conflist";

    private static final LabSpec SPEC = new LabSpec("uninstall", 2, SHAPE, true, Map.of());

    @AfterAll
    static void down() throws IOException {
        TrafficLab.down(SPEC);
        Leftovers.check(SPEC);
    }

    /// The same node of a lab in which nothing has been started.
    private static List<String> bareHost() throws Exception {
        LabDirectory directory = LabDirectory.of(SPEC.name());
        Topology topology = new Topology(Plan.of(SPEC), directory);
        Removal.prepare();
        topology.create();
        try {
            Host node = topology.plan().nodes().getFirst();
            Place place = new Place("node-1", topology.space(node).enter("", List.of()), node.addresses());
            place.run("mkdir", STATE, "/run/stentor-node/net.d");
            place.run("sh", "-c", OTHERS);
            return host(place);
        } finally {
            Removal.remove(directory, Removal.namespacesOf(SPEC.name()));
            Removal.finish();
        }
    }

    private static List<String> host(Place node) throws IOException {
        try (var script = Objects.requireNonNull(UninstallLabIT.class.getResourceAsStream("host.sh"))) {
            String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
            return node.run("sh", "-c", text).lines().toList();
        }
    }

    private static JsonNode json(Shell.Result said) {
        return Json.parse(said.out().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_node_is_as_it_was_before() throws Exception {
        List<String> before = bareHost();
        try (TrafficLab lab = TrafficLab.up(SPEC)) {
            lab.node(1).run("sh", "-c", OTHERS);
            lab.agent("restart", 1);
            lab.createPod("here", 1, false);
            lab.createPod("there", 2, false);
            lab.awaitPod("here");
            lab.awaitPod("there");

            Shell.Result refused = lab.stentor(1, "uninstall", "--yes", "--state-dir", STATE);
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains("another agent works with", "Nothing was changed");

            lab.agent("kill", 1);
            List<String> installed = host(lab.node(1));
            JsonNode plan = json(lab.stentor(1, "uninstall", "--dry-run", "-o", "json", "--state-dir", STATE));
            assertThat(plan.path("podsWithoutNetwork").toString()).isEqualTo("[\"default/here\"]");
            assertThat(plan.path("steps").findValuesAsText("outcome"))
                    .isNotEmpty()
                    .containsOnly("planned");
            assertThat(lab.stentor(1, "sysdump", "--output", "/run/dump.tar.gz", "--state-dir", STATE)
                            .exit())
                    .isZero();
            assertThat(lab.node(1).run("sh", "-c", "tar -tzf /run/dump.tar.gz && rm /run/dump.tar.gz"))
                    .contains("/pinned/endpoints.txt", "/state/ledger.json", "/host/links.txt", "/doctor.json");
            Shell.Result unasked = lab.stentor(1, "uninstall", "--state-dir", STATE);
            assertThat(unasked.exit()).isEqualTo(2);
            assertThat(unasked.err()).contains("--yes does it");
            assertThat(host(lab.node(1))).isEqualTo(installed);

            Shell.Result done = lab.stentor(
                    1,
                    "uninstall",
                    "--yes",
                    "--state-dir",
                    STATE,
                    "--kubeconfig",
                    "/run/stentor-node/kubeconfig",
                    "--node",
                    "node-1");
            assertThat(done.exit()).as(done.out() + done.err()).isZero();
            assertThat(done.out()).doesNotContain("left as it is").contains("CiliumNode node-1: deleted");
            assertThat(done.err()).contains("default/here");
            assertThat(host(lab.node(1))).isEqualTo(before);

            Shell.Result doctor = lab.stentor(1, "doctor", "-o", "json");
            assertThat(doctor.exit()).as(doctor.out()).isZero();
            assertThat(json(doctor).findValuesAsText("subject")).contains("kernel", "MTU", "port 8472/UDP");

            Shell.Result again = lab.stentor(1, "uninstall", "--yes", "--state-dir", STATE);
            assertThat(again.exit()).isZero();
            assertThat(again.out()).contains("Nothing of Stentor is on this node.");

            // It can come back.
            lab.agent("restart", 1);
            lab.createPod("later", 1, false);
            lab.awaitPod("later");
            for (Family family : Family.values()) {
                assertThat(lab.pod("later").ask("tcp", lab.pod("there").address(family), "who"))
                        .contains(lab.pod("there").address(family).toString());
            }
        }
    }
}
