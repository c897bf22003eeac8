package io.stentor.agent.api;

import com.sun.net.httpserver.Headers;
import io.stentor.agent.api.HttpPage.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;

/// `/healthz`: 200 when the agent is ready, 503 with the reasons when it is not. For probes, which restart what answers
/// 503: an API server that is away is therefore none of the reasons, once the node is connected.
///
/// With the header `brief: true` the body is one word.
public final class HealthServer {
    private HealthServer() {}

    /// @throws IOException if the address cannot be bound
    public static HttpPage open(InetSocketAddress address, AgentView view) throws IOException {
        return HttpPage.open(address, "/healthz", headers -> answer(view, headers));
    }

    private static Answer answer(AgentView view, Headers request) {
        Health health = Health.of(view);
        StringBuilder body = new StringBuilder();
        body.append(!health.ready() ? "unready" : health.ok() ? "ok" : "degraded")
                .append('\n');
        if (!Boolean.parseBoolean(request.getFirst("brief"))) {
            health.reasons().forEach(reason -> body.append(reason).append('\n'));
        }
        return Answer.text(health.ready() ? 200 : 503, body.toString());
    }
}
