package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// GET: one object, a list, a watch; each as it is, as a table row or as its metadata alone.
final class Reads {

    private static final Duration BOOKMARK_AFTER = Duration.ofSeconds(20);
    private static final long WATCH_SECONDS = 45 * 60;

    private final Registry registry;

    Reads(Registry registry) {
        this.registry = registry;
    }

    HttpResponse answer(HttpRequest request, Kind kind, Target target) {
        View view = View.of(request, kind);
        HttpRequest.Query query = request.query();
        if (!target.name().isEmpty()) {
            ObjectNode object = registry.render(kind, registry.stored(kind, target.objectName()));
            return HttpResponse.json(200, view.one(object));
        }
        Selection selection =
                new Selection(target.namespace(), query.text("labelSelector"), query.text("fieldSelector"));
        if (!query.flag("watch")) {
            return HttpResponse.json(200, list(kind, selection, query, view));
        }
        if (request.header("upgrade").equalsIgnoreCase("websocket")) {
            // Clients that try WebSocket first take this for "use HTTP", as the real server's proxies make them do.
            return HttpResponse.json(200, Json.object());
        }
        return watch(kind, selection, query, view);
    }

    private ObjectNode list(Kind kind, Selection selection, HttpRequest.Query query, View view) {
        Predicate<ObjectNode> wanted = Registry.predicate(kind, selection);
        Table table = registry.store().table(kind.table());
        OptionalLong limit = query.number("limit");
        Continuation from = Continuation.parse(query.text("continue"));
        Table.Snapshot snapshot = snapshot(table, query, from);
        Collection<ObjectNode> candidates = from.after() == null
                ? snapshot.objects().values()
                : snapshot.objects().tailMap(from.after(), false).values();
        List<ObjectNode> items = new ArrayList<>();
        long remaining = 0;
        for (ObjectNode stored : candidates) {
            ObjectNode object = registry.render(kind, stored);
            if (!wanted.test(object)) {
                continue;
            }
            if (limit.isPresent() && limit.getAsLong() > 0 && items.size() >= limit.getAsLong()) {
                remaining++;
            } else {
                items.add(object);
            }
        }
        ObjectNode metadata = Json.object().put("resourceVersion", Long.toString(snapshot.revision()));
        if (remaining > 0) {
            metadata.put("continue", new Continuation(snapshot.revision(), ObjectName.of(items.getLast())).text());
            metadata.put("remainingItemCount", remaining);
        }
        return view.list(items, metadata);
    }

    private static Table.Snapshot snapshot(Table table, HttpRequest.Query query, Continuation from) {
        if (from.after() != null) {
            return table.snapshotAt(from.revision());
        }
        String version = query.text("resourceVersion");
        if (query.text("resourceVersionMatch").equals("Exact") && !version.isEmpty() && !version.equals("0")) {
            return table.snapshotAt(Registry.revision(version));
        }
        return table.snapshot();
    }

    /// Where a list in parts goes on: the state it is of, and the last object given.
    private record Continuation(
            long revision,
            @org.jspecify.annotations.Nullable ObjectName after) {

        static Continuation parse(String text) {
            if (text.isEmpty()) {
                return new Continuation(0, null);
            }
            try {
                JsonNode token = Json.parse(Base64.getUrlDecoder().decode(text));
                ObjectName after = new ObjectName(
                        token.path("namespace").asText(), token.path("name").asText());
                return new Continuation(token.path("revision").asLong(), after);
            } catch (IllegalArgumentException | ApiException foreign) {
                throw ApiException.badRequest("continue: the token is not of this server");
            }
        }

        String text() {
            ObjectNode token = Json.object().put("revision", revision);
            if (after != null) {
                token.put("namespace", after.namespace()).put("name", after.name());
            }
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(token));
        }
    }

    private HttpResponse watch(Kind kind, Selection selection, HttpRequest.Query query, View view) {
        String from = query.flag("sendInitialEvents") ? "" : query.text("resourceVersion");
        TableWatch watch = registry.watch(kind.resource(), selection, from);
        long seconds = query.number("timeoutSeconds").orElse(WATCH_SECONDS);
        boolean bookmarks = query.flag("allowWatchBookmarks");
        boolean markStart = query.flag("sendInitialEvents") && bookmarks;
        return new HttpResponse.Stream(view.contentType(), out -> {
            try (watch) {
                run(watch, Duration.ofSeconds(seconds), new WatchOutput(out, view, bookmarks, markStart));
            }
        });
    }

    private static void run(TableWatch watch, Duration life, WatchOutput output)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + life.toNanos();
        try {
            while (true) {
                Optional<WatchEvent> next = watch.next(Duration.ZERO);
                if (next.isEmpty()) {
                    output.sent(watch.revision());
                    Duration left = Duration.ofNanos(end - System.nanoTime());
                    if (left.isNegative()) {
                        return;
                    }
                    next = watch.next(left.compareTo(BOOKMARK_AFTER) > 0 ? BOOKMARK_AFTER : left);
                }
                if (next.isPresent()) {
                    output.event(next.get());
                } else {
                    output.bookmark(watch.revision());
                }
            }
        } catch (ApiException missed) {
            output.failure(missed);
        }
    }

    /// Writes the events of a watch, one JSON object a line.
    private static final class WatchOutput {

        private final OutputStream out;
        private final View view;
        private final boolean bookmarks;
        private boolean markStart;
        private long marked;

        WatchOutput(OutputStream out, View view, boolean bookmarks, boolean markStart) {
            this.out = out;
            this.view = view;
            this.bookmarks = bookmarks;
            this.markStart = markStart;
        }

        void event(WatchEvent event) throws IOException {
            line(event.type().name(), view.watched(event.object()));
        }

        /// Everything up to a revision has been written.
        void sent(long revision) throws IOException {
            if (markStart) {
                bookmark(revision);
            }
            out.flush();
        }

        void bookmark(long revision) throws IOException {
            if (bookmarks && revision != marked) {
                line("BOOKMARK", view.bookmark(revision, markStart));
                marked = revision;
                markStart = false;
            }
        }

        void failure(ApiException failure) throws IOException {
            line("ERROR", failure.status());
            out.flush();
        }

        private void line(String type, ObjectNode object) throws IOException {
            out.write(("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII));
            out.write(Json.bytes(object));
            out.write("}\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
