package io.stentor.node;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// A CNI request that is answered with an error result.
///
/// Codes below 100 are the specification's.
final class CniError extends Exception {
    static final int INCOMPATIBLE_VERSION = 1;
    static final int UNKNOWN_CONTAINER = 3;
    static final int INVALID_VARIABLE = 4;
    static final int IO_FAILURE = 5;
    static final int DECODE_FAILURE = 6;
    static final int INVALID_CONFIGURATION = 7;
    static final int TRY_AGAIN = 11;
    static final int NOT_AVAILABLE = 50;

    /// Our own: no address is free.
    static final int EXHAUSTED = 100;

    /// Our own: the pod's network is not as CHECK expects it.
    static final int CHECK_FAILED = 101;

    private final int code;
    private final String details;

    CniError(int code, String message) {
        this(code, message, "");
    }

    /// @param message a sentence for people: what is wrong and what to do
    /// @param details what the sentence rests on, such as the kernel's words
    CniError(int code, String message, String details) {
        super(message);
        this.code = code;
        this.details = details;
    }

    int code() {
        return code;
    }

    /// The error result.
    ///
    /// @param version what the request said, supported or not
    ObjectNode json(String version) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("cniVersion", version)
                .put("code", code)
                .put("msg", getMessage());
        return details.isEmpty() ? json : json.put("details", details);
    }
}
