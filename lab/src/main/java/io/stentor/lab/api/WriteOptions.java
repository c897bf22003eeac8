package io.stentor.lab.api;

import java.util.ArrayList;
import java.util.List;

/// How a write is to be done.
///
/// @param validation what becomes of fields that the kind does not have; they are never stored
/// @param dryRun     all checks, no change
/// @param manager    who writes, for server-side apply; "" when it is of no matter
/// @param force      server-side apply takes fields from other managers
/// @param warnings   collects sentences for the client's user
record WriteOptions(Validation validation, boolean dryRun, String manager, boolean force, List<String> warnings) {

    enum Validation {
        STRICT,
        WARN,
        IGNORE
    }

    static WriteOptions plain() {
        return new WriteOptions(Validation.IGNORE, false, "", false, new ArrayList<>());
    }

    /// Reads `fieldValidation`, `dryRun`, `fieldManager` and `force`.
    ///
    /// @throws ApiException 400 for values that they cannot have
    static WriteOptions of(HttpRequest.Query query) {
        Validation validation = switch (query.text("fieldValidation")) {
            case "Strict" -> Validation.STRICT;
            case "", "Warn" -> Validation.WARN;
            case "Ignore" -> Validation.IGNORE;
            default -> throw ApiException.badRequest("fieldValidation must be Ignore, Warn or Strict");
        };
        String dryRun = query.text("dryRun");
        if (!dryRun.isEmpty() && !dryRun.equals("All")) {
            throw ApiException.badRequest("dryRun must be All");
        }
        return new WriteOptions(
                validation, !dryRun.isEmpty(), query.text("fieldManager"), query.flag("force"), new ArrayList<>());
    }
}
