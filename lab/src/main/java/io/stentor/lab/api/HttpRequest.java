package io.stentor.lab.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// One request.
///
/// @param target  path and query as they came
/// @param headers by their names in lower case
@SuppressWarnings("ArrayRecordComponent") // Requests are never compared.
record HttpRequest(String method, String target, Map<String, String> headers, byte[] body, Caller caller) {

    String path() {
        int mark = target.indexOf('?');
        return mark < 0 ? target : target.substring(0, mark);
    }

    /// The path's parts, decoded.
    List<String> segments() {
        return List.of(path().split("/", -1)).stream()
                .filter(part -> !part.isEmpty())
                .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
    }

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    Query query() {
        int mark = target.indexOf('?');
        Map<String, String> all = new HashMap<>();
        if (mark >= 0) {
            for (String pair : target.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                all.putIfAbsent(decode(name), decode(value));
            }
        }
        return new Query(all);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw ApiException.badRequest("the query has a malformed escape: " + text);
        }
    }

    /// The query's parameters, each once.
    record Query(Map<String, String> values) {

        String text(String name) {
            return values.getOrDefault(name, "");
        }

        boolean flag(String name) {
            String value = text(name);
            return value.equals("true") || value.equals("1");
        }

        /// @throws ApiException 400 when it is there and no whole number
        OptionalLong number(String name) {
            String value = text(name);
            if (value.isEmpty()) {
                return OptionalLong.empty();
            }
            try {
                return OptionalLong.of(Long.parseLong(value));
            } catch (NumberFormatException malformed) {
                throw ApiException.badRequest(name + ": \"" + value + "\" is no whole number");
            }
        }
    }
}
