package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.model.Service;
import io.stentor.model.TrafficPolicy;
import java.util.Map;
import java.util.stream.Stream;

/// The map `frontends`: which service is reached at an address and port, and how many backends it has. One without any
/// is there too: programs refuse at once, instead of looking further.
final class FrontendsMap implements MapFamily<FrontendKey, FrontendKey, Frontend> {
    private final MapSettings settings;

    FrontendsMap(MapSettings settings) {
        this.settings = settings;
    }

    @Override
    public MapSpec<FrontendKey, Frontend> map() {
        return Maps.FRONTENDS;
    }

    @Override
    public Stream<FrontendKey> concerned(Change change) {
        return ServiceSubjects.frontends(change);
    }

    @Override
    public Map<FrontendKey, Frontend> entries(FrontendKey at, Facts facts) {
        return Claim.winner(at, facts)
                .flatMap(claim -> BackendLists.of(claim.portName(), facts, settings.node())
                        .map(lists -> Map.of(at, entry(claim, lists))))
                .orElse(Map.of());
    }

    private static Frontend entry(Claim claim, BackendLists lists) {
        return new Frontend(
                lists.service(),
                lists.insideList(),
                lists.inside().size(),
                lists.outsideList(),
                lists.outside().size(),
                claim.service().selection().affinitySeconds(),
                flags(claim));
    }

    private static int flags(Claim claim) {
        Service service = claim.service();
        int outside =
                FrontendFlag.OUTSIDE | (service.selection().outside() == TrafficPolicy.LOCAL ? FrontendFlag.LOCAL : 0);
        return switch (claim.kind()) {
            case CLUSTER_IP -> 0;
            case EXTERNAL_IP, NODE_PORT -> outside;
            case BALANCER_IP -> outside | ranges(service.reach());
        };
    }

    private static int ranges(Service.Reach reach) {
        if (reach.sourceRanges().isEmpty()) {
            return 0;
        }
        return FrontendFlag.RANGES | (reach.rangesDeny() ? FrontendFlag.RANGES_DENY : 0);
    }
}
