package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The file of ranges that pods reach with their own address (`enable-ip-masq-agent`): read, and read again when it is
/// another. A ConfigMap is mounted behind links that are swapped, which watching a file does not tell of.
///
/// The format is that of the ip-masq-agent for Kubernetes, YAML or JSON: `nonMasqueradeCIDRs`, `masqLinkLocal`,
/// `masqLinkLocalIPv6`. A file that is missing or empty means the ranges that are private or reserved by the RFCs. A
/// file that makes no sense is a Problem, and what it said before holds.
public final class MasqueradeRanges implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("masquerade");

    private static final Duration PERIOD = Duration.ofSeconds(5);

    private static final List<Cidr> DEFAULTS = Stream.of(
                    "10.0.0.0/8",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "100.64.0.0/10",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "240.0.0.0/4")
            .map(Cidr::of)
            .toList();

    private static final Cidr LINK_LOCAL_IPV4 = Cidr.of("169.254.0.0/16");
    private static final Cidr LINK_LOCAL_IPV6 = Cidr.of("fe80::/10");

    /// Known elsewhere, and of no use here: the file is looked at often enough.
    private static final String RESYNC = "resyncInterval";

    private static final List<String> KEYS =
            List.of("nonMasqueradeCIDRs", "masqLinkLocal", "masqLinkLocalIPv6", RESYNC);

    private final Path file;
    private final Store store;
    private final Duration period;
    private final Thread reader;
    private String known;

    private MasqueradeRanges(Path file, Store store, Duration period) {
        this.file = file;
        this.period = period;
        this.store = store;
        this.known = read();
        this.reader = Thread.ofVirtual().name("masquerade").unstarted(this::follow);
    }

    /// Commits what the file says, and [Source#MASQUERADE] as synced, before it returns.
    public static MasqueradeRanges start(Path file, Store store) {
        return start(file, store, PERIOD);
    }

    static MasqueradeRanges start(Path file, Store store, Duration period) {
        MasqueradeRanges ranges = new MasqueradeRanges(file, store, period);
        ranges.commit();
        ranges.reader.start();
        return ranges;
    }

    private void follow() {
        try {
            while (true) {
                Thread.sleep(period);
                String now = read();
                if (!now.equals(known)) {
                    known = now;
                    commit();
                    LOG.log(Level.INFO, "read again file=" + file);
                }
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    /// @return the text; where there is none, an exclamation mark and why
    private String read() {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException absent) {
            return "";
        } catch (IOException unreadable) {
            return "!" + unreadable;
        }
    }

    private void commit() {
        Translated<Set<Cidr>> read = parse(file, known);
        store.commit(state -> (read.problems().stream().anyMatch(this::isFatal) ? state : with(state, read.rows()))
                .withProblems(Source.MASQUERADE, "", read.problems())
                .withSynced(Source.MASQUERADE));
    }

    /// Whether the file as a whole is not to be used.
    private boolean isFatal(Problem problem) {
        return problem.field().isEmpty();
    }

    private static State with(State state, Set<Cidr> ranges) {
        PersistentMap<Cidr, Cidr> rows = PersistentMap.empty();
        for (Cidr range : ranges) {
            rows = rows.plus(range, range);
        }
        return state.with(Table.UNMASQUERADED, rows);
    }

    /// @param text of the file
    static Translated<Set<Cidr>> parse(Path file, String text) {
        if (text.startsWith("!")) {
            return wrong(file, "cannot be read: " + text.substring(1));
        }
        Set<Cidr> ranges = new LinkedHashSet<>();
        List<Problem> problems = new ArrayList<>();
        boolean ipv4 = false;
        boolean ipv6 = false;
        if (text.isBlank()) {
            ranges.addAll(DEFAULTS);
        } else {
            Object content;
            try {
                content = new Load(LoadSettings.builder().build()).loadFromString(text);
            } catch (YamlEngineException malformed) {
                return wrong(file, "is neither YAML nor JSON; what it said before holds");
            }
            if (!(content instanceof Map<?, ?> map)) {
                return wrong(file, "holds no keys such as nonMasqueradeCIDRs; what it said before holds");
            }
            for (Object key : map.keySet()) {
                if (!KEYS.contains(key)) {
                    String nearest = Nearest.to(key.toString(), KEYS)
                            .map(n -> "; did you mean " + n + "?")
                            .orElse("");
                    problems.add(new Problem(file.toString(), key.toString(), "nobody knows this key" + nearest));
                }
            }
            Tree tree = new Tree(map);
            ranges.addAll(cidrs(file, tree, problems));
            ipv4 = flag(file, tree, "masqLinkLocal", problems);
            ipv6 = flag(file, tree, "masqLinkLocalIPv6", problems);
        }
        if (!ipv4) {
            ranges.add(LINK_LOCAL_IPV4);
        }
        if (!ipv6) {
            ranges.add(LINK_LOCAL_IPV6);
        }
        return new Translated<>(ranges, problems);
    }

    private static Translated<Set<Cidr>> wrong(Path file, String reason) {
        return new Translated<>(Set.of(), List.of(new Problem(file.toString(), "", reason)));
    }

    private static List<Cidr> cidrs(Path file, Tree tree, List<Problem> problems) {
        List<Cidr> cidrs = new ArrayList<>();
        List<Tree> items = tree.at("nonMasqueradeCIDRs").items();
        for (int i = 0; i < items.size(); i++) {
            String text = items.get(i).text().orElse("");
            String field = "nonMasqueradeCIDRs[" + i + "]";
            Cidr.parse(text)
                    .ifPresentOrElse(
                            cidrs::add,
                            () -> problems.add(
                                    new Problem(file.toString(), field, "'" + text + "' is not a CIDR: left out")));
        }
        return cidrs;
    }

    private static boolean flag(Path file, Tree tree, String key, List<Problem> problems) {
        Object value = tree.at(key).value();
        if (value != null && !(value instanceof Boolean)) {
            problems.add(
                    new Problem(file.toString(), key, "'" + value + "' is neither true nor false; taken as false"));
        }
        return Boolean.TRUE.equals(value);
    }

    @Override
    public void close() {
        reader.interrupt();
    }
}
