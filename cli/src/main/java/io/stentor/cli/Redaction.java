package io.stentor.cli;

import java.util.regex.Pattern;

/// Takes secrets out of text that is handed to others: private keys, tokens, passwords. What stands in their place says
/// so. Works on text that was cut, too: a key that begins or ends outside of it goes as well.
final class Redaction {
    static final String REMOVED = "[removed]";

    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\\z)", Pattern.DOTALL);

    private static final Pattern KEY_BEGUN_BEFORE =
            Pattern.compile("\\A[A-Za-z0-9+/=\\\\\\s]*-----END [A-Z ]*PRIVATE KEY-----");

    /// A name that tells of a secret, and what is given to it: in YAML, JSON, configuration or on a command line.
    private static final Pattern NAMED = Pattern.compile(
            "((?:--)?[\"']?[\\w.-]*(?:token|passw(?:or)?d|secret|credential|key-data|api[-_]?key|private[-_]?key|psk)"
                    + "[\\w.-]*[\"']?[ \\t]*[:=][ \\t]*)(\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|[^\\s,}\"']+)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern FLAG =
            Pattern.compile("(--[\\w-]*(?:token|password|secret)[\\w-]* )([^\\s-]\\S*)", Pattern.CASE_INSENSITIVE);

    private static final Pattern BEARER =
            Pattern.compile("((?:bearer|basic)[ \\t]+)[\\w.~+/=-]{8,}", Pattern.CASE_INSENSITIVE);

    private static final Pattern WEB_TOKEN = Pattern.compile("\\beyJ[\\w-]{10,}(?:\\.[\\w-]*){0,2}");

    private static final Pattern IN_ADDRESS = Pattern.compile("(://[^/\\s:@]+:)[^/\\s@]+@");

    private Redaction() {}

    static String of(String text) {
        String safe = KEY_BEGUN_BEFORE.matcher(text).replaceFirst(REMOVED);
        safe = KEY.matcher(safe).replaceAll(REMOVED);
        safe = WEB_TOKEN.matcher(safe).replaceAll(REMOVED);
        safe = BEARER.matcher(safe).replaceAll("$1" + REMOVED);
        safe = NAMED.matcher(safe).replaceAll("$1\"" + REMOVED + "\"");
        safe = FLAG.matcher(safe).replaceAll("$1" + REMOVED);
        return IN_ADDRESS.matcher(safe).replaceAll("$1" + REMOVED + "@");
    }
}
