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
/// @param dialer connections from the node
/// @param terms  which pods it takes
/// @param events where people are told
record NodeContext(Host host, NodeSpace space, ObjectApi api, Dialer dialer, NodeTerms terms, Events events) {

    NodeContext(Host host, NodeSpace space, ObjectApi api, Dialer dialer, NodeTerms terms) {
        this(host, space, api, dialer, terms, new Events(api, host.name()));
    }

    List<String> addresses() {
        return host.addresses().stream().map(IpAddress::toString).toList();
    }
}
