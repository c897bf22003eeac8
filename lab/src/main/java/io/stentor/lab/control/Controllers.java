package io.stentor.lab.control;

import io.stentor.lab.api.Mirror;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.api.ServerObjects;
import java.util.ArrayList;
import java.util.List;

/// All controllers of a lab: scheduling, Deployments, ReplicaSets, DaemonSets, EndpointSlices, namespaces and their
/// service accounts, node CIDRs and lifecycle, disruption budgets, collection of what nobody owns any more.
public final class Controllers implements AutoCloseable {

    private static final List<Resource> WATCHED = List.of(
            Resource.NAMESPACES,
            Resource.NODES,
            Resource.PODS,
            Resource.SERVICES,
            Resource.SERVICE_ACCOUNTS,
            Resource.ENDPOINTS,
            Resource.ENDPOINT_SLICES,
            Resource.DEPLOYMENTS,
            Resource.REPLICA_SETS,
            Resource.DAEMON_SETS,
            Resource.LEASES,
            DisruptionBudgets.RESOURCE,
            Resource.CRDS);

    private final List<AutoCloseable> parts = new ArrayList<>();

    private Controllers() {}

    /// @param api in the server's own process: controllers read it at every step
    public static Controllers start(ServerObjects api, ControlConfig config) {
        List<Controller> all = List.of(
                new Scheduler(api),
                new Deployments(api),
                new ReplicaSets(api),
                new DaemonSets(api),
                new Endpoints(api),
                new Namespaces(api, config),
                new NodeLifecycle(api, config.nodeGrace()),
                new NodeCidrs(api, config),
                new DisruptionBudgets(api),
                new Definitions(api));
        Controllers controllers = new Controllers();
        for (Controller each : all) {
            each.loop().start();
            controllers.parts.add(each.loop());
        }
        GarbageCollector collector = new GarbageCollector(api);
        collector.start();
        controllers.parts.add(collector);
        for (Resource resource : WATCHED) {
            controllers.parts.add(Mirror.start(
                    api, resource, Selection.ALL, name -> all.forEach(each -> each.changed(resource, name))));
        }
        return controllers;
    }

    @Override
    public void close() {
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
