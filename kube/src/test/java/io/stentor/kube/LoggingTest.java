package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoggingTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private String[] log(boolean debug, boolean json) {
        Logging.start(new LogSettings(debug, json), new PrintStream(out, true, StandardCharsets.UTF_8));
        System.Logger log = System.getLogger("nodes");
        log.log(Level.DEBUG, "looked node=a");
        log.log(Level.WARNING, "two\nlines \"quoted\"", new IllegalStateException("no", new RuntimeException("why")));
        return out.toString(StandardCharsets.UTF_8).split("\n", -1);
    }

    @AfterEach
    void restore() {
        Logging.start(new LogSettings(false, false));
    }

    @Test
    void a_record_is_a_line() {
        Logging.Logged warning = new Logging.Logged("warn", "nodes");
        long before = Logging.counts().getOrDefault(warning, 0L);
        String[] lines = log(false, false);
        assertThat(lines).hasSize(2);
        assertThat(Logging.counts()).containsEntry(warning, before + 1);
        assertThat(lines[0])
                .matches("20[0-9-]{8}T[0-9:]{8}\\.[0-9]{3}Z warn nodes two\\\\nlines \"quoted\" "
                        + "error=\"java.lang.IllegalStateException: no: java.lang.RuntimeException: why\"");
    }

    @Test
    void or_an_object_and_debugging_shows_more() {
        String[] lines = log(true, true);
        assertThat(lines).hasSize(3);
        assertThat(lines[0]).endsWith("\"level\":\"debug\",\"component\":\"nodes\",\"message\":\"looked node=a\"}");
        assertThat(lines[1])
                .contains("\"message\":\"two\\nlines \\\"quoted\\\" error=")
                .contains("\\n  at io.stentor");
    }
}
