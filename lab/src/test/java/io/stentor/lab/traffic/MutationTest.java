package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kube.connectivity.Case;
import io.stentor.kube.connectivity.Catalogue;
import org.junit.jupiter.api.Test;

class MutationTest {

    @Test
    void every_case_of_the_connectivity_test_is_broken_by_a_mutation() {
        assertThat(Mutation.all().flatMap(mutation -> mutation.cases().stream()).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Catalogue.all().stream().map(Case::name).toList());
    }
}
