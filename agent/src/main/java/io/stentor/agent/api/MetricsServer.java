package io.stentor.agent.api;

import com.sun.net.httpserver.Headers;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.stentor.agent.api.HttpPage.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/// `/metrics` for Prometheus: read from the state and the kernel when asked, nothing is counted twice.
public final class MetricsServer {
    private MetricsServer() {}

    /// @throws IOException if the address cannot be bound
    public static HttpPage open(InetSocketAddress address, AgentView view) throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(new AgentMetrics(view));
        registry.register(new DatapathMetrics(view.kernel()));
        registry.register(new ServiceMetrics(view.kernel().measures().changes()));
        registry.register(new ProcessMetrics());
        ExpositionFormats formats = ExpositionFormats.init();
        return HttpPage.open(address, "/metrics", headers -> answer(registry, formats, headers));
    }

    private static Answer answer(PrometheusRegistry registry, ExpositionFormats formats, Headers request) {
        ExpositionFormatWriter writer = formats.findWriter(request.getFirst("Accept"));
        ByteArrayOutputStream body = new ByteArrayOutputStream(16 * 1024);
        try {
            writer.write(body, registry.scrape());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new Answer(200, writer.getContentType(), body.toByteArray());
    }
}
