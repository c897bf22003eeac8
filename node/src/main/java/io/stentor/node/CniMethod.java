package io.stentor.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.kernel.KernelException;
import io.stentor.model.Endpoint;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The method `cni` of the agent's socket: what kubelet's runtime asks through the plugin.
///
/// Source: CNI specification 1.1. Success of commands without a result is an empty payload.
public final class CniMethod implements Method {
    private static final System.Logger LOG = System.getLogger("cni");

    private final Endpoints endpoints;
    private final IntSupplier podMtu;
    private final Supplier<Optional<String>> notReady;

    /// @param podMtu   of new pods' links; asked when nothing is missing
    /// @param notReady why the agent cannot take pods now, or empty: ADD and STATUS say it
    CniMethod(Endpoints endpoints, IntSupplier podMtu, Supplier<Optional<String>> notReady) {
        this.endpoints = endpoints;
        this.podMtu = podMtu;
        this.notReady = notReady;
    }

    @Override
    public void handle(JsonNode request, Reply reply) throws IOException {
        try {
            // Requests make links in pods' namespaces and wait for the disk and the datapath.
            FutureTask<String> answer = new FutureTask<>(() -> answer(CniRequest.parse(request)));
            Thread.ofPlatform().daemon().name("cni").start(answer);
            reply.result(answer.get());
        } catch (ExecutionException failed) {
            CniError error = error(failed.getCause());
            // Runtimes ask for the status all the time.
            boolean asked = request.path("command").asText().equals("STATUS");
            LOG.log(
                    asked ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                    "{0} failed: code {1}: {2}",
                    request.path("command").asText(),
                    error.code(),
                    error.getMessage());
            reply.error(error.json(CniRequest.versionText(request)));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent ends", ending);
        }
    }

    private static CniError error(@Nullable Throwable cause) {
        if (cause instanceof CniError error) {
            return error;
        }
        LOG.log(System.Logger.Level.ERROR, "request failed", cause);
        String details = String.valueOf(cause);
        return cause instanceof KernelException
                ? new CniError(CniError.IO_FAILURE, "the kernel refused", details)
                : new CniError(CniError.IO_FAILURE, "the agent failed; its log says more", details);
    }

    private String answer(CniRequest request) throws CniError, InterruptedException {
        return switch (request.command()) {
            case ADD -> {
                requireReady(CniError.TRY_AGAIN);
                int mtu = podMtu.getAsInt();
                Endpoint endpoint = endpoints.add(request, mtu);
                yield CniResult.of(endpoint, request.sandbox().netns(), mtu, request.version())
                        .toString();
            }
            case DEL -> {
                endpoints.remove(request.attachment());
                yield "";
            }
            case CHECK -> {
                endpoints.check(request);
                yield "";
            }
            case STATUS -> {
                requireReady(CniError.NOT_AVAILABLE);
                yield "";
            }
            case GC -> {
                endpoints.collect(validAttachments(request));
                yield "";
            }
        };
    }

    private void requireReady(int code) throws CniError {
        Optional<String> reason = notReady.get();
        if (reason.isPresent()) {
            throw new CniError(code, reason.get());
        }
    }

    /// The attachments that GC leaves alone.
    private static Set<AttachmentKey> validAttachments(CniRequest request) throws CniError {
        JsonNode list = request.configuration().path("cni.dev/valid-attachments");
        if (!list.isArray()) {
            throw new CniError(
                    CniError.INVALID_CONFIGURATION, "cni.dev/valid-attachments: GC needs this list, even if empty");
        }
        Set<AttachmentKey> valid = new HashSet<>();
        for (JsonNode entry : list) {
            String container = entry.path("containerID").asText("");
            String podInterface = entry.path("ifname").asText("");
            if (container.isEmpty() || podInterface.isEmpty()) {
                throw new CniError(
                        CniError.INVALID_CONFIGURATION,
                        "cni.dev/valid-attachments: each entry needs a containerID and an ifname");
            }
            valid.add(new AttachmentKey(container, podInterface));
        }
        return valid;
    }
}
