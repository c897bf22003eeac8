package io.stentor.lab.real;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.LabFailure;
import io.stentor.lab.LabSpec.RealCluster;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.kubelet.NodeTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// What a lab has made on a real cluster: its Node objects, with what belongs to each. Others' are never touched.
///
/// @param api     the cluster
/// @param cluster which lab's
public record RealNodes(ObjectApi api, RealCluster cluster) {

    private static final Resource CILIUM_NODES = new Resource("cilium.io", "v2", "ciliumnodes");
    private static final String LEASES = "kube-node-lease";

    /// How the cluster's people select them.
    public String selector() {
        return NodeTerms.ID + "=" + cluster.id();
    }

    /// Takes them away, with their Leases and CiliumNodes. Nobody may be there any more who makes them anew.
    ///
    /// @return the Nodes' names
    /// @throws ApiException when the server does not answer, or refuses
    public List<String> remove() {
        List<String> names = new ArrayList<>();
        for (ObjectNode node :
                api.list(Resource.NODES, Selection.withLabels("", selector())).items()) {
            String name = ObjectName.of(node).name();
            String uid = Json.text(node, "metadata.uid");
            removeOwned(CILIUM_NODES, new ObjectName("", name), uid);
            removeOwned(Resource.LEASES, new ObjectName(LEASES, name), uid);
            delete(Resource.NODES, new ObjectName("", name), uid);
            names.add(name);
        }
        return names;
    }

    private void removeOwned(Resource resource, ObjectName name, String owner) {
        api.find(resource, name).ifPresent(object -> {
            for (JsonNode reference : Json.at(object, "metadata.ownerReferences")) {
                if (reference.path("uid").asText().equals(owner)) {
                    delete(resource, name, Json.text(object, "metadata.uid"));
                    return;
                }
            }
        });
    }

    private void delete(Resource resource, ObjectName name, String uid) {
        try {
            api.delete(
                    resource, name, new DeleteOptions(OptionalLong.empty(), DeleteOptions.Propagation.BACKGROUND, uid));
        } catch (ApiException e) {
            if (!e.isNotFound() && !e.isConflict()) {
                throw e;
            }
        }
    }

    /// @param names  that the lab's nodes are to have
    /// @param agents whether Stentor is to run on them
    /// @throws LabFailure when one of the names is somebody else's, or the cluster has such a network already
    public void requireFree(List<String> names, boolean agents) {
        if (agents) {
            requireNoOtherNetwork();
        }
        for (String name : names) {
            if (api.find(Resource.NODES, new ObjectName("", name)).isPresent()) {
                throw new LabFailure("The cluster " + cluster.server() + " has a node '" + name
                        + "', which is not this lab's; give the lab another --name, its nodes begin with it.");
            }
        }
    }

    /// Its agents would take the lab's nodes for their own kind, and cannot reach them.
    private void requireNoOtherNetwork() {
        try {
            for (ObjectNode other : api.list(CILIUM_NODES, Selection.ALL).items()) {
                throw new LabFailure("The cluster " + cluster.server() + " has a CiliumNode '"
                        + ObjectName.of(other).name() + "' already: Stentor or Cilium runs there, whose nodes a lab's"
                        + " cannot join. --without-agents starts the nodes without Stentor.");
            }
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }
}
