package io.stentor.kube.connectivity;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kube.connectivity.Case.Body;
import io.stentor.kube.connectivity.Task.Target;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {

    private static final Target OUTSIDE = new Target("outside", IpAddress.of("192.0.2.1"), 28007);

    static Scene scene(boolean twoNodes, boolean tunnel, Scene.Strangers strangers) {
        Map<Place, IpAddress> addresses = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            if (place.is(Place.Role.SERVER) && (twoNodes || !place.secondNode())) {
                addresses.put(place, IpAddress.of("10.0.0." + (addresses.size() + 1)));
            }
        }
        Scene.Network network =
                new Scene.Network(twoNodes, tunnel, 1450, 28007, Map.of(Place.NEAR_HOST, "02:00:00:00:00:01"));
        return new Scene(Family.IPV4, addresses, network, strangers, "0badcafe");
    }

    private static Scene.Strangers nobody() {
        return new Scene.Strangers(List.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static Scene.Strangers everybody() {
        Optional<Target> one = Optional.of(OUTSIDE);
        return new Scene.Strangers(List.of(OUTSIDE), one, one, one);
    }

    @Test
    void names_are_words_and_no_two_cases_have_one() {
        assertThat(Catalogue.all())
                .extracting(Case::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z]+(-[a-z]+)*"));
    }

    @Test
    void every_case_asks_something_where_it_can_be_had() {
        for (boolean tunnel : new boolean[] {true, false}) {
            for (boolean twoNodes : new boolean[] {true, false}) {
                Scene scene = scene(twoNodes, tunnel, everybody());
                for (Case each : Catalogue.all()) {
                    if (each.body() instanceof Body.Questions questions
                            && each.missing(scene).isEmpty()) {
                        assertThat(questions.tasks().apply(scene))
                                .as(each.name())
                                .isNotEmpty()
                                .allMatch(task -> task.from().is(Place.Role.CLIENT));
                    }
                }
            }
        }
    }

    @Test
    void what_a_cluster_lacks_is_the_reason_for_what_is_skipped() {
        assertThat(missing("pod-to-pod-across-nodes", scene(false, true, nobody())))
                .contains("there is one node only");
        assertThat(missing("outside-to-pod", scene(true, true, everybody())))
                .contains("pods' addresses are not routed: the nodes use a tunnel");
        assertThat(missing("tunnel-injection", scene(true, false, everybody())))
                .contains("there is no tunnel: routing is native");
        assertThat(missing("pod-to-outside", scene(true, true, nobody())))
                .contains("no host outside is known: --external-target or --outside names one");
        assertThat(missing("pod-to-pod-same-node", scene(false, false, nobody())))
                .isEmpty();
    }

    private static Optional<String> missing(String name, Scene scene) {
        return Catalogue.chosen(List.of(Choice.parse("^" + name + "$")))
                .getFirst()
                .missing(scene);
    }

    @ParameterizedTest
    @CsvSource({
        "^pod-to-pod|arrow,       pod-to-pod-same-node pod-to-pod-across-nodes",
        "^pod-to-pod arrow,       pod-to-pod-same-node pod-to-pod-across-nodes",
        "^pod-to-pod !across,     pod-to-pod-same-node",
        "!-, masquerade mtu fragments ttl neighbours",
        "nothing,''"
    })
    void choices_are_parts_of_names_and_some_exclude(String choices, String names) {
        assertThat(Catalogue.chosen(
                        Stream.of(choices.split(" ", -1)).map(Choice::parse).toList()))
                .extracting(Case::name)
                .containsExactlyElementsOf(Stream.of(names.split(" ", -1))
                        .filter(name -> !name.isEmpty())
                        .toList());
        assertThat(Catalogue.chosen(List.of())).isEqualTo(Catalogue.all());
    }
}
