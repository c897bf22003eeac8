package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.node.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Which rows of a large table somebody wants, and how many at most. A row has its service's port in
/// `service`, and in `ends` what it is about, as text with ports.
///
/// @param service  `shop/web`, `shop/web:http`; empty: any
/// @param place    that one of the ends is, with or without a port; empty: any
/// @param protocol empty: any
/// @param limit    0: all
record Sieve(String service, Optional<Place> place, String protocol, int limit) {

    /// @throws IllegalArgumentException with a sentence if what is asked for cannot be
    static Sieve of(JsonNode request) {
        String at = request.path("address").asText("");
        Optional<Place> place = Place.parse(at);
        if (!at.isEmpty() && place.isEmpty()) {
            throw new IllegalArgumentException("'" + at + "' is neither an address nor ADDRESS:PORT");
        }
        int limit = request.path("limit").asInt(0);
        if (limit < 0) {
            throw new IllegalArgumentException("a limit of " + limit + " rows");
        }
        return new Sieve(
                request.path("service").asText(""),
                place,
                request.path("protocol").asText(""),
                limit);
    }

    boolean lets(ObjectNode row, List<End> ends) {
        String of = row.path("service").asText();
        return (service.isEmpty() || of.equals(service) || of.startsWith(service + ":"))
                && (protocol.isEmpty() || row.path("protocol").asText().equalsIgnoreCase(protocol))
                && (place.isEmpty() || ends.stream().anyMatch(end -> end.isAt(place.get())));
    }

    /// Rows on their way to who asked: sorted where they are few enough to be kept, and else as they come.
    final class Pass {
        private final Rows out;
        private final List<ObjectNode> kept = new ArrayList<>();
        private long left;

        Pass(Reply reply) {
            this.out = new Rows(reply);
        }

        void add(ObjectNode row, List<End> ends) throws IOException {
            if (!lets(row, ends)) {
                return;
            }
            if (limit == 0) {
                out.add(row);
            } else if (kept.size() < limit) {
                kept.add(row);
            } else {
                left++;
            }
        }

        void end() throws IOException {
            kept.sort(Comparator.comparing(ObjectNode::toString));
            for (ObjectNode row : kept) {
                out.add(row);
            }
            out.end(left);
        }
    }
}
