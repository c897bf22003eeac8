package io.stentor.lab.kubelet;

import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.model.IpAddress;
import java.util.List;

/// What everything on one node shares.
///
/// @param host   the node's name and addresses
/// @param space  its inside
/// @param api    the cluster
/// @param events where people are told
/// @param dialer connections from the node
record NodeContext(Host host, NodeSpace space, ObjectApi api, Events events, Dialer dialer) {

    List<String> addresses() {
        return host.addresses().stream().map(IpAddress::toString).toList();
    }
}
