package io.stentor.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.bpf.sample.generated.CtFlag;
import io.stentor.bpf.sample.generated.DropReason;
import io.stentor.bpf.sample.generated.Maps;
import io.stentor.bpf.sample.generated.SampleKey;
import io.stentor.bpf.sample.generated.SamplePart;
import io.stentor.bpf.sample.generated.SampleValue;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodecTest {
    private static final Bytes16 ADDRESS = Bytes16.of(HexFormat.of().parseHex("20010db8000000000000000000000001"));

    @Test
    void a_key_lies_as_the_header_says() {
        SampleKey key = new SampleKey(ADDRESS, 0x1234, 6, DropReason.NO_ROUTE);

        assertThat(HexFormat.of().formatHex(key.encode()))
                .isEqualTo("20010db8000000000000000000000001" + "1234" + "06" + "02" + "00000000");
        assertThat(SampleKey.CODEC.decode(key.encode())).isEqualTo(key);
    }

    @Test
    void padding_is_written_as_zeros_whatever_was_there() {
        byte[] dirty = new byte[SampleKey.SIZE];
        java.util.Arrays.fill(dirty, (byte) 0xff);
        SampleKey key = new SampleKey(ADDRESS, 1, 2, DropReason.MALFORMED);

        key.encode(dirty, 0);

        assertThat(dirty).isEqualTo(key.encode());
    }

    @Property(tries = 200)
    void every_value_survives_the_way_there_and_back(
            @ForAll int number,
            @ForAll long packets,
            @ForAll @IntRange(max = 65535) int port,
            @ForAll @IntRange(min = -32768, max = 32767) int small,
            @ForAll boolean open) {
        SamplePart part = new SamplePart(number, ~number);
        SampleValue value = new SampleValue(
                part,
                List.of(part, new SamplePart(1, number)),
                List.of(number, 2, 3),
                List.of(port, 1),
                DropReason.MALFORMED,
                new Bytes6(packets >>> 16),
                Bytes.of((byte) number, (byte) 2, (byte) 3),
                open,
                packets,
                ~packets,
                CtFlag.CLOSING,
                small,
                port);

        assertThat(SampleValue.CODEC.decode(value.encode())).isEqualTo(value);
        assertThat(value.withPort(0).withPort(port)).isEqualTo(value);
    }

    @Test
    void what_does_not_fit_is_refused_with_the_name_of_its_field() {
        assertThatThrownBy(() -> new SampleKey(ADDRESS, 65536, 0, DropReason.MALFORMED))
                .hasMessage("source_port has 16 bits: 65536");
        assertThatThrownBy(() -> new SampleKey(ADDRESS, -1, 0, DropReason.MALFORMED))
                .hasMessage("source_port has 16 bits: -1");
        assertThatThrownBy(() -> SampleKey.CODEC.decode(new byte[SampleKey.SIZE]))
                .hasMessage("no DropReason has the number 0");
    }

    @Test
    void map_specifications_say_what_the_kernel_is_to_create() {
        assertThat(Maps.SAMPLES.key().size()).isEqualTo(24);
        assertThat(Maps.SAMPLES.value().size()).isEqualTo(80);
        assertThat(Maps.SAMPLES.shape().flags()).isEqualTo(1);
        assertThat(Maps.COUNTERS.type().perCpu()).isTrue();
        assertThat(Maps.EVENTS.key().size()).isZero();
        assertThat(Maps.STAGES.shape().owner()).isEqualTo(MapOwner.GENERATION);
        assertThat(Maps.POLICIES.shape().inner().orElseThrow().type()).isEqualTo(MapType.LPM_TRIE);
    }
}
