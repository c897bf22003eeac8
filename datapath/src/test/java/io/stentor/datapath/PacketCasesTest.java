package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.DropReason;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PacketCasesTest {
    @Test
    void every_drop_reason_has_a_case_that_produces_it() {
        Set<String> produced = PacketCases.all().stream()
                .flatMap(c -> c.dropReasons().stream())
                .collect(Collectors.toSet());
        List<String> missing = Arrays.stream(DropReason.values())
                .map(DropReason::name)
                .filter(r -> !produced.contains(r))
                .toList();

        assertThat(missing)
                .as(
                        "drop reasons without a packet case: add one to datapath/src/test/resources/io/stentor/datapath/case")
                .isEmpty();
    }

    @Test
    void every_packet_of_every_case_can_be_built_and_printed_back() {
        World world = new World(name -> 1);
        PacketBuilder builder = new PacketBuilder(world);
        PacketBuilder again = new PacketBuilder(Names.NONE);
        for (PacketCase packets : PacketCases.all()) {
            for (PacketCase.Step step : packets.steps()) {
                if (step instanceof PacketCase.Step.Run run) {
                    byte[] packet = builder.build(run.given().get("in"));
                    assertThat(again.build(PacketPrinter.print(packet)))
                            .as("%s: %s", packets.name(), PacketPrinter.print(packet))
                            .isEqualTo(packet);
                }
            }
        }
    }
}
