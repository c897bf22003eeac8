package io.stentor.datapath.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.datapath.compile.Keys;
import io.stentor.model.IpAddress;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ByteStringTest {
    @Test
    void addresses_in_sequence_have_hashes_of_their_own() {
        IpAddress first = IpAddress.of("10.0.0.0");
        long hashes = IntStream.range(0, 1 << 16)
                .mapToObj(i -> Keys.of(first.plus(i)).encode())
                .mapToInt(key -> ByteString.wrap(key).hashCode())
                .distinct()
                .count();
        assertThat(hashes).isGreaterThan((1 << 16) - 10);
    }
}
