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
        return Stream.concat(ServiceSubjects.frontends(change), ServiceSubjects.externalFrontends(change))
                .distinct();
    }

    @Override
    public Map<FrontendKey, Frontend> entries(FrontendKey at, Facts facts) {
        return Claim.winner(at, facts)
                .flatMap(claim -> BackendLists.of(claim.portName(), facts, settings)
                        .map(lists -> Map.of(at, entry(lists, claim, flags(claim, facts)))))
                .orElse(Map.of());
    }

    private static Frontend entry(BackendLists lists, Claim claim, int flags) {
        return new Frontend(
                lists.service(),
                lists.insideList(),
                lists.inside().size(),
                lists.outsideList(),
                lists.outside().size(),
                claim.service().selection().affinitySeconds(),
                flags);
    }

    private int flags(Claim claim, Facts facts) {
        Service service = claim.service();
        ServiceTerms terms = settings.services();
        int ranges = ranges(service.reach());
        int outside = FrontendFlag.OUTSIDE
                | (service.selection().outside() == TrafficPolicy.LOCAL ? FrontendFlag.LOCAL : 0)
                | (terms.rangesForAll() ? ranges : 0);
        return switch (claim.kind()) {
            case CLUSTER_IP -> terms.clusterIpsOutside() ? outside : 0;
            case EXTERNAL_IP -> outside | (isForeign(claim, facts) ? FrontendFlag.FOREIGN : 0);
            case NODE_PORT -> outside;
            case HOST_PORT -> outside | FrontendFlag.THIS_NODE;
            case BALANCER_IP -> outside | ranges;
        };
    }

    /// Whoever may write a Service could else have what others in the cluster send to any address (CVE-2020-8554).
    private boolean isForeign(Claim claim, Facts facts) {
        FrontendKey at = claim.at();
        return !settings.services().foreignExternalIps()
                && !facts.isHere(Keys.address(at.address(), at.family().code()), settings.node());
    }

    private static int ranges(Service.Reach reach) {
        if (reach.sourceRanges().isEmpty()) {
            return 0;
        }
        return FrontendFlag.RANGES | (reach.rangesDeny() ? FrontendFlag.RANGES_DENY : 0);
    }
}
