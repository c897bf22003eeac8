package io.stentor.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrdsTest {

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "1.33.9, true",
        "1.34, false",
        "1.34.0, false",
        "1.34.1, false",
        "1.9.12, true",
        "v1.30.0, true",
        "2.0.0-rc1, false",
        "latest, false"
    })
    void only_an_older_schema_is_replaced(String there, boolean older) {
        assertThat(Crds.isOlder(there, "1.34.0")).isEqualTo(older);
    }
}
