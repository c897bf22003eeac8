package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.datapath.ServiceTable.Row;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every way to a service through the real programs, packet by packet. Every two of its properties meet in one of the
/// rows that are tried; `-Dstentor.matrix=full` tries them all.
class ServiceTableKernelIT {
    private static PacketRunner runner;

    @BeforeAll
    static void make_the_node() throws IOException {
        runner = new PacketRunner();
    }

    @AfterAll
    static void take_the_node_away() throws IOException {
        runner.close();
    }

    static List<Row> rows() {
        List<Row> all = ServiceTable.rows();
        return "full".equals(System.getProperty("stentor.matrix")) ? all : Pairwise.choose(all, Row::values);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void a_service_leads_to_its_backend_and_back(Row row) throws IOException {
        PacketCase packets = ServiceTableCase.of(row, runner.world());
        assertThat(packets.steps()).isNotEmpty();
        runner.run(packets, UnaryOperator.identity());
    }
}
