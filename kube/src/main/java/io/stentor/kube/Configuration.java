package io.stentor.kube;

import java.util.List;
import java.util.Map;

/// The programs' configuration: kebab-case keys from flags (`--foo-bar=x`, `--foo-bar x`, `--foo-bar` for true), the
/// environment (`STENTOR_FOO_BAR`) and `config-dir` (one file a key, as a mounted ConfigMap is), in this order of
/// precedence, over the defaults of [Key].
public final class Configuration {

    private Configuration() {}

    /// @param args        the command line
    /// @param environment usually [System#getenv]
    public static Reading<AgentSettings> agent(List<String> args, Map<String, String> environment) {
        throw new UnsupportedOperationException("in the next commit");
    }

    /// As [#agent], for the operator.
    public static Reading<OperatorSettings> operator(List<String> args, Map<String, String> environment) {
        throw new UnsupportedOperationException("in the next commit");
    }
}
