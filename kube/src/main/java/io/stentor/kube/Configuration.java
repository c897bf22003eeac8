package io.stentor.kube;

import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The programs' configuration: kebab-case keys from flags (`--foo-bar=x`, `--foo-bar x`, `--foo-bar` for true), the
/// environment (`STENTOR_FOO_BAR`) and `config-dir` (one file a key, as a mounted ConfigMap is), in this order of
/// precedence, over the defaults of `keys.txt`.
///
/// Everything that is wrong is said at once. A key that nobody knows, or that has no effect here, is a remark.
public final class Configuration {

    static final String VARIABLE_PREFIX = "STENTOR_";

    private Configuration() {}

    /// @param args        the command line
    /// @param environment usually [System#getenv]
    public static Reading<AgentSettings> agent(List<String> args, Map<String, String> environment) {
        return read(Program.AGENT, args, environment, values -> AgentReading.read(values, environment));
    }

    /// As [#agent], for the operator.
    public static Reading<OperatorSettings> operator(List<String> args, Map<String, String> environment) {
        return read(Program.OPERATOR, args, environment, OperatorReading::read);
    }

    private static <S> Reading<S> read(
            Program program, List<String> args, Map<String, String> environment, Function<Values, S> settings) {
        if (args.contains("--help") || args.contains("-h")) {
            return new Reading.HelpWanted<>(Help.of(program));
        }
        Given given = Given.read(args, environment);
        Values values = new Values(given.values());
        given.errors().forEach(p -> values.error(p.field(), p.reason()));
        given.remarks().forEach(p -> values.remark(p.field(), p.reason()));
        given.values().forEach((key, value) -> check(program, Key.ALL.get(key), value, values));
        S read = settings.apply(values);
        return values.errors().isEmpty()
                ? new Reading.Accepted<>(read, List.copyOf(values.remarks()))
                : new Reading.Refused<>(all(values));
    }

    private static List<Problem> all(Values values) {
        List<Problem> all = new ArrayList<>(values.errors());
        all.addAll(values.remarks());
        return List.copyOf(all);
    }

    private static void check(Program program, Key key, String value, Values values) {
        if (key.scope().equals("x")) {
            return;
        }
        if (key.isUnsupported() || key.isReadBy(program)) {
            key.type().fault(value).ifPresent(fault -> values.error(key.name(), "'" + value + "' " + fault));
        }
        if (key.isUnsupported() && values.sound(key.name()) && !key.type().same(value, key.fallback())) {
            String usual = key.fallback().isEmpty() ? "nothing" : "'" + key.fallback() + "'";
            if (key.isForSecurity()) {
                values.error(
                        key.name(),
                        "'" + value + "' is not supported and cannot be left out safely; only " + usual + " is");
            } else {
                values.remark(key.name(), "'" + value + "' is not supported and has no effect; it is as with " + usual);
            }
        }
    }
}
