package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import java.util.List;
import java.util.Optional;

/// What became of one service on this node.
///
/// @param frontends in the order of their kinds
/// @param ports     in the order of their names, one for each family
public record ServedService(Service service, List<Reached> frontends, List<Port> ports) {

    public ServedService {
        frontends = List.copyOf(frontends);
        ports = List.copyOf(ports);
    }

    /// An address and port that the service claims.
    ///
    /// @param type   in Kubernetes' word: `ClusterIP`
    /// @param number of the port behind it, 0 if it has none yet
    /// @param holder another service that has it, because it was there first
    public record Reached(FrontendKey at, String type, int number, Optional<ServiceName> holder) {}

    /// A port in one family, and what stands behind it.
    ///
    /// @param number   in the maps, 0 if it has none yet
    /// @param awaited  after a start: the kernel's backends stay until all of them are known
    /// @param backends in the order of their addresses and ports
    public record Port(int number, String name, Family family, boolean awaited, List<Standby> backends) {
        public Port {
            backends = List.copyOf(backends);
        }
    }

    /// Something behind a port, used or not.
    ///
    /// @param inside  by clients in the cluster
    /// @param outside by all others
    public record Standby(Backend at, EndpointSlice.Backend endpoint, Use inside, Use outside) {}

    /// Whether new connections go there, and if not, why.
    public enum Use {
        USED(""),
        NOT_READY("not ready"),
        ENDING("about to end, and others are ready"),
        ELSEWHERE("on another node, and the policy is Local"),
        NOT_MEANT("meant for other clients"),
        AWAITED("not all backends are known yet");

        private final String reason;

        Use(String reason) {
            this.reason = reason;
        }

        /// Why not; empty for what is used.
        public String reason() {
            return reason;
        }
    }
}
