package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.bpf.generated.EventBucket;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.Maps;
import io.stentor.flow.EventFilter;
import io.stentor.flow.EventFilter.Match;
import io.stentor.flow.EventRing;
import io.stentor.flow.KernelClock;
import io.stentor.flow.Owners;
import io.stentor.flow.PacketEvent;
import io.stentor.flow.Wire;
import io.stentor.model.State;
import io.stentor.node.Method;
import io.stentor.node.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The method `monitor`: events as they happen, until the asker goes.
///
/// Takes `types` (of `drop`, `trace`), `from`, `to`, `endpoint` ([Match#parse]) and `last`, how many that happened
/// before come first. The first row is `{"type":"start"}`: from there on nothing passes unseen. Rows of type `lost` say
/// what did.
final class Monitor implements Method {
    private static final int BATCH = 512;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final AgentView view;

    Monitor(AgentView view) {
        this.view = view;
    }

    /// A request that cannot be meant so.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String sentence) {
            super(sentence);
        }
    }

    @Override
    public void handle(JsonNode request, Reply reply) throws IOException {
        try {
            EventFilter filter = filter(request);
            EventRing.Cursor cursor =
                    view.kernel().events().follow(request.path("last").asInt(0));
            Rows rows = new Rows(reply);
            rows.add(Rows.object().put("type", "start").put("node", view.about().node()));
            rows.flush();
            new Watch(filter, cursor).run(rows, reply);
        } catch (Refused refused) {
            reply.refuse(refused.getMessage());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            reply.refuse("the agent ends");
        }
    }

    private static EventFilter filter(JsonNode request) throws Refused {
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        for (JsonNode type : request.path("types")) {
            types.add(type(type.asText()));
        }
        return new EventFilter(types, match(request, "from"), match(request, "to"), match(request, "endpoint"));
    }

    private static EventType type(String text) throws Refused {
        for (EventType type : EventType.values()) {
            if (Wire.text(type).equals(text)) {
                return type;
            }
        }
        throw new Refused("events are of type drop or trace, not \"" + text + "\"");
    }

    private static Optional<Match> match(JsonNode request, String field) {
        return Optional.of(request.path(field).asText(""))
                .filter(t -> !t.isEmpty())
                .map(Match::parse);
    }

    /// One asker's stream.
    private final class Watch {
        private final EventFilter filter;
        private final EventRing.Cursor cursor;
        private EventBucket before = buckets();
        private @Nullable Owners owners;
        private Map<Integer, String> links = Map.of();

        Watch(EventFilter filter, EventRing.Cursor cursor) {
            this.filter = filter;
            this.cursor = cursor;
        }

        void run(Rows rows, Reply reply) throws IOException, InterruptedException {
            while (reply.open()) {
                EventRing.Batch batch = cursor.read(BATCH, PATIENCE);
                KernelClock clock = KernelClock.now();
                Owners now = owners();
                for (var event : batch.events()) {
                    PacketEvent seen = PacketEvent.of(event, clock, now);
                    if (filter.test(seen)) {
                        rows.add(EventJson.of(seen, links));
                    }
                }
                lost(rows, "monitor", batch.lost());
                if (batch.events().size() < BATCH) {
                    EventBucket after = buckets();
                    lost(rows, "ring", after.lost() - before.lost());
                    lost(rows, "rate limit", after.suppressed() - before.suppressed());
                    before = after;
                }
                rows.flush();
            }
        }

        private static void lost(Rows rows, String where, long count) throws IOException {
            if (count > 0) {
                rows.add(Rows.object().put("type", "lost").put("where", where).put("count", count));
            }
        }

        private EventBucket buckets() {
            return view.kernel()
                    .map(Maps.EVENT_BUCKETS.name())
                    .map(DatapathCounters::events)
                    .orElse(EventBucket.ZERO);
        }

        private Owners owners() {
            State state = view.facts().state().get();
            Owners known = owners;
            if (known == null || known.revision() != state.revision()) {
                known = new Owners(state, view.about().node());
                owners = known;
                links = links(state);
            }
            return known;
        }

        private Map<Integer, String> links(State state) {
            Map<Integer, String> names = new HashMap<>();
            view.network().get().devices().forEach(device -> names.put(device.ifindex(), device.name()));
            state.endpoints()
                    .values()
                    .forEach(e ->
                            names.put(e.attachment().ifindex(), e.attachment().hostInterface()));
            return names;
        }
    }
}
