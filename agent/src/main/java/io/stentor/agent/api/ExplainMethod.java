package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.datapath.explain.DryRuns;
import io.stentor.kernel.KernelException;
import io.stentor.model.Protocol;
import io.stentor.model.State;
import io.stentor.node.Method;
import io.stentor.node.Reply;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The method `explain`: what would become of the first packet of a connection, stage by stage. Nothing
/// is sent and nothing is changed by it.
final class ExplainMethod implements Method {
    private static final int SOURCE_PORT = 54321;

    private final AgentView view;

    ExplainMethod(AgentView view) {
        this.view = view;
    }

    @Override
    public void handle(JsonNode request, Reply reply) throws IOException {
        Optional<DryRuns> runs = view.kernel().dryRuns().get();
        if (runs.isEmpty()) {
            reply.refuse(MapMethod.NOT_LOADED);
            return;
        }
        // To load programs blocks in the kernel, which is no thing for a virtual thread's carrier.
        FutureTask<ObjectNode> work = new FutureTask<>(() -> explain(request, runs.get()));
        Thread.ofPlatform().daemon().name("explain").start(work);
        try {
            reply.result(work.get().toString());
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IllegalArgumentException wrong -> reply.refuse(Objects.toString(wrong.getMessage()));
                case KernelException refused -> reply.refuse("the kernel does not run it: " + refused.getMessage());
                case null, default -> throw new IllegalStateException(failed);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode explain(JsonNode request, DryRuns runs) {
        Place to = Place.parse(request.path("to").asText())
                .filter(place -> place.port().isPresent())
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + request.path("to").asText() + "' is not ADDRESS:PORT; IPv6 stands in brackets"));
        State state = view.facts().state().get();
        Sender sender = Sender.of(
                request.path("from").asText(),
                to.address().family(),
                state,
                view.about().node());
        Explanation.Question question = new Explanation.Question(
                sender,
                to,
                protocol(request.path("protocol").asText("tcp")),
                request.path("sourcePort").asInt(SOURCE_PORT),
                request.path("byPacket").asBoolean());
        return new Explanation(view, runs, question).json();
    }

    private static Protocol protocol(String name) {
        return Protocol.parse(name.toUpperCase(Locale.ROOT))
                .filter(protocol -> protocol != Protocol.SCTP)
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is neither tcp nor udp"));
    }
}
