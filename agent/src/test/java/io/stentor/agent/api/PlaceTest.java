package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.IpAddress;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {

    @ParameterizedTest
    @CsvSource({"10.96.0.1:80,10.96.0.1,80", "[fd00::1]:443,fd00::1,443"})
    void a_place_has_a_port(String text, String address, int port) {
        assertThat(Place.parse(text)).contains(new Place(IpAddress.of(address), OptionalInt.of(port)));
    }

    @Test
    void or_none() {
        Place any = new Place(IpAddress.of("fd00::1"), OptionalInt.empty());
        assertThat(Place.parse("fd00::1")).contains(any);
        assertThat(Place.parse("[fd00::1]")).contains(any);
        assertThat(Place.parse("10.96.0.1")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "web", "shop/web", "10.96.0.1:", "10.96.0.1:0", "10.96.0.1:65536", "[10:80", "web:80"})
    void what_is_none_is_told_apart(String text) {
        assertThat(Place.parse(text)).isEmpty();
    }
}
