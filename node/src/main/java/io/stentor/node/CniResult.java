package io.stentor.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;

/// The result of ADD, in the shape that the asked version of the specification gives it.
///
/// Until 0.2.0 one object a family; from 0.3.0 lists of interfaces, addresses and routes; 1.0.0 dropped the version of
/// addresses; 1.1.0 added the MTU of interfaces.
final class CniResult {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /// Place of the pod's end in `interfaces`.
    private static final int POD_INTERFACE = 1;

    private CniResult() {}

    static ObjectNode of(Endpoint endpoint, String netns, int mtu, CniVersion version) {
        ObjectNode result = JSON.objectNode().put("cniVersion", version.toString());
        if (version.atLeast(CniVersion.V0_3_0)) {
            lists(result, endpoint, version);
            interfaces(result, endpoint, netns, version.atLeast(CniVersion.V1_1_0) ? mtu : 0);
        } else {
            objects(result, endpoint);
        }
        result.putObject("dns");
        return result;
    }

    private static void objects(ObjectNode result, Endpoint endpoint) {
        for (IpAddress address : endpoint.addresses().all()) {
            ObjectNode family = result.putObject(address.family() == Family.IPV4 ? "ip4" : "ip6")
                    .put("ip", address.host().toString())
                    .put("gateway", Gateway.of(address.family()).toString());
            routes(family.putArray("routes"), address.family());
        }
    }

    private static void lists(ObjectNode result, Endpoint endpoint, CniVersion version) {
        ArrayNode ips = result.putArray("ips");
        ArrayNode routes = result.putArray("routes");
        for (IpAddress address : endpoint.addresses().all()) {
            ObjectNode ip = ips.addObject();
            if (!version.atLeast(CniVersion.V1_0_0)) {
                ip.put("version", address.family() == Family.IPV4 ? "4" : "6");
            }
            ip.put("address", address.host().toString())
                    .put("gateway", Gateway.of(address.family()).toString())
                    .put("interface", POD_INTERFACE);
            routes(routes, address.family());
        }
    }

    private static void routes(ArrayNode routes, Family family) {
        switch (family) {
            case IPV4 -> {
                routes.addObject().put("dst", Gateway.IPV4.host().toString());
                routes.addObject().put("dst", "0.0.0.0/0").put("gw", Gateway.IPV4.toString());
            }
            case IPV6 -> routes.addObject().put("dst", "::/0").put("gw", Gateway.IPV6.toString());
        }
    }

    private static void interfaces(ObjectNode result, Endpoint endpoint, String netns, int mtu) {
        ArrayNode interfaces = result.putArray("interfaces");
        ObjectNode host = interfaces
                .addObject()
                .put("name", endpoint.attachment().hostInterface())
                .put("mac", Gateway.MAC.toString());
        ObjectNode pod = interfaces
                .addObject()
                .put("name", endpoint.attachment().podInterface())
                .put("mac", endpoint.attachment().podMac().toString())
                .put("sandbox", netns);
        if (mtu > 0) {
            host.put("mtu", mtu);
            pod.put("mtu", mtu);
        }
    }
}
