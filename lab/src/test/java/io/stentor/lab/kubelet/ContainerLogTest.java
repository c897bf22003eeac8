package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.PodLogs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerLogTest {

    @TempDir
    Path folder;

    private static PodLogs.Request request(boolean follow, OptionalLong tail, boolean timestamps) {
        return new PodLogs.Request(
                new ObjectName("default", "p"), "u", "n", "c", follow, tail, false, timestamps, OptionalLong.empty());
    }

    private Path written(String text) throws Exception {
        Path file = ContainerLog.file(folder, "c", 0);
        ContainerLog.pump(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), file)
                .join();
        return file;
    }

    private static String read(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void what_was_printed_is_read_again_to_the_byte() throws Exception {
        String text = "one\n\nthree " + "x".repeat(40_000) + "\nno end of line";
        assertThat(read(LogStream.open(written(text), request(false, OptionalLong.empty(), false), () -> true)))
                .isEqualTo(text);
    }

    @Test
    void only_the_last_lines_when_so_asked() throws Exception {
        Path file = written("1\n2\n3\n4\n");
        assertThat(read(LogStream.open(file, request(false, OptionalLong.of(2), false), () -> true)))
                .isEqualTo("3\n4\n");
        assertThat(read(LogStream.open(file, request(false, OptionalLong.of(0), false), () -> true)))
                .isEmpty();
        assertThat(read(LogStream.open(file, request(false, OptionalLong.of(9), false), () -> true)))
                .isEqualTo("1\n2\n3\n4\n");
    }

    @Test
    void lines_carry_their_time_when_so_asked() throws Exception {
        assertThat(read(LogStream.open(written("line\n"), request(false, OptionalLong.empty(), true), () -> true)))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z line\n");
    }

    @Test
    void following_goes_on_until_the_container_has_ended() throws Exception {
        Path file = ContainerLog.file(folder, "c", 1);
        AtomicBoolean ended = new AtomicBoolean();
        PipedOutputStream container = new PipedOutputStream();
        Thread pump = ContainerLog.pump(new PipedInputStream(container), file);
        try (InputStream log = LogStream.open(file, request(true, OptionalLong.empty(), false), ended::get)) {
            container.write("first\n".getBytes(StandardCharsets.UTF_8));
            container.flush();
            assertThat(new String(log.readNBytes(6), StandardCharsets.UTF_8)).isEqualTo("first\n");
            container.write("last\n".getBytes(StandardCharsets.UTF_8));
            container.close();
            pump.join();
            ended.set(true);
            assertThat(read(log)).isEqualTo("last\n");
        }
    }
}
