package io.stentor.kube;

import java.io.PrintStream;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The programs' log: one line a record on standard error: UTC time, level, component, message. Components log with
/// `System.getLogger("component")` and put details into the message as `key=value`.
public final class Logging {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    static {
        // Before the first logger is made, or it has no effect.
        System.setProperty("java.util.logging.manager", LastingLogs.class.getName());
    }

    /// Held here because the log framework itself keeps loggers only weakly.
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger CLIENT = Logger.getLogger("io.fabric8");

    private static final List<Logger> OTHERS = Stream.of("java", "javax", "jdk", "sun", "com", "io")
            .map(Logger::getLogger)
            .toList();

    private static final Map<Logged, LongAdder> COUNTS = new ConcurrentHashMap<>();

    private Logging() {}

    /// What is counted apart.
    ///
    /// @param level     `warn` or `error`
    /// @param component as the log names it
    public record Logged(String level, String component) {}

    /// How many warnings and errors were logged since the process began.
    public static Map<Logged, Long> counts() {
        Map<Logged, Long> counts = new HashMap<>();
        COUNTS.forEach((what, count) -> counts.put(what, count.sum()));
        return counts;
    }

    /// Replaces whatever the process logs with so far.
    public static void start(LogSettings settings) {
        start(settings, System.err);
    }

    /// Logs nothing: for commands, which say themselves what there is to say.
    public static void none() {
        for (Handler before : ROOT.getHandlers()) {
            ROOT.removeHandler(before);
        }
    }

    static void start(LogSettings settings, PrintStream out) {
        none();
        ROOT.setLevel(settings.debug() ? Level.FINE : Level.INFO);
        // The client reports every retry; what matters of it, our own components say.
        CLIENT.setLevel(settings.debug() ? Level.WARNING : Level.SEVERE);
        OTHERS.forEach(others -> others.setLevel(Level.INFO));
        ROOT.addHandler(new Lines(out, new Line(settings)));
    }

    private static final class Lines extends Handler {
        private final PrintStream out;

        Lines(PrintStream out, Formatter line) {
            this.out = out;
            setFormatter(line);
        }

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
                    Logged what = new Logged(Line.level(record.getLevel()), Line.component(record));
                    COUNTS.computeIfAbsent(what, _ -> new LongAdder()).increment();
                }
                out.print(getFormatter().format(record));
                out.flush();
            }
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void close() {
            flush();
        }
    }

    private static final class Line extends Formatter {
        private final LogSettings settings;

        Line(LogSettings settings) {
            this.settings = settings;
        }

        @Override
        public String format(LogRecord record) {
            String time = TIME.format(record.getInstant() == null ? Instant.now() : record.getInstant());
            String level = level(record.getLevel());
            String component = component(record);
            String message = message(record) + thrown(record.getThrown());
            return settings.json()
                    ? "{\"time\":\"" + time + "\",\"level\":\"" + level + "\",\"component\":\"" + escaped(component)
                            + "\",\"message\":\"" + escaped(message) + "\"}\n"
                    : time + " " + level + " " + component + " " + message.replace("\n", "\\n") + "\n";
        }

        private static String component(LogRecord record) {
            String name = record.getLoggerName() == null ? "" : record.getLoggerName();
            return name.substring(name.lastIndexOf('.') + 1);
        }

        private static String level(Level level) {
            int value = level.intValue();
            return value >= Level.SEVERE.intValue()
                    ? "error"
                    : value >= Level.WARNING.intValue() ? "warn" : value >= Level.INFO.intValue() ? "info" : "debug";
        }

        private static String message(LogRecord record) {
            String text = record.getMessage() == null ? "" : record.getMessage();
            Object[] parameters = record.getParameters();
            try {
                return parameters == null || parameters.length == 0 ? text : MessageFormat.format(text, parameters);
            } catch (IllegalArgumentException notAPattern) {
                return text;
            }
        }

        /// The causes in one line; the stack only for whoever debugs.
        private String thrown(@Nullable Throwable thrown) {
            if (thrown == null) {
                return "";
            }
            StringBuilder text = new StringBuilder();
            for (Throwable t = thrown; t != null; t = t.getCause()) {
                text.append(text.isEmpty() ? " error=\"" : ": ").append(t);
            }
            text.append('"');
            if (settings.debug()) {
                for (StackTraceElement frame : thrown.getStackTrace()) {
                    text.append("\n  at ").append(frame);
                }
            }
            return text.toString();
        }

        private static String escaped(String text) {
            StringBuilder escaped = new StringBuilder(text.length() + 8);
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '"' -> escaped.append("\\\"");
                    case '\\' -> escaped.append("\\\\");
                    case '\n' -> escaped.append("\\n");
                    default -> {
                        if (c < 0x20) {
                            escaped.append(String.format("\\u%04x", (int) c));
                        } else {
                            escaped.append(c);
                        }
                    }
                }
            }
            return escaped.toString();
        }
    }
}
