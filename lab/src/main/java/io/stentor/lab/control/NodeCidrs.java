package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Events;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Gives each node its share of the pod ranges, once, as kube-controller-manager does with `--allocate-node-cidrs`.
final class NodeCidrs implements Controller {

    private final ObjectApi api;
    private final ControlConfig config;
    private final Events events;
    private final Loop<ObjectName> loop = new Loop<>("nodecidrs", this::reconcile);

    NodeCidrs(ObjectApi api, ControlConfig config) {
        this.api = api;
        this.config = config;
        this.events = new Events(api, "cidrAllocator", "");
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.NODES) && !config.podCidrs().isEmpty()) {
            loop.wake(name);
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> node = api.find(Resource.NODES, name);
        if (node.isEmpty() || !Json.at(node.get(), "spec.podCIDRs").isEmpty()) {
            return;
        }
        Set<Cidr> taken = new HashSet<>();
        for (ObjectNode other : api.list(Resource.NODES, Selection.ALL).items()) {
            for (JsonNode cidr : Json.at(other, "spec.podCIDRs")) {
                Cidr.parse(cidr.asText()).ifPresent(taken::add);
            }
        }
        List<Cidr> given = new ArrayList<>();
        for (Cidr range : config.podCidrs()) {
            int mask = range.family() == Family.IPV4 ? config.nodeMaskV4() : config.nodeMaskV6();
            Optional<Cidr> free = free(range, mask, taken);
            if (free.isEmpty()) {
                events.warning(node.get(), "CIDRNotAvailable", "no /" + mask + " of " + range + " is free");
                return;
            }
            given.add(free.get());
        }
        ObjectNode patch = Json.object();
        ObjectNode spec =
                patch.putObject("spec").put("podCIDR", given.getFirst().toString());
        given.forEach(cidr -> spec.withArray("podCIDRs").add(cidr.toString()));
        api.mergePatch(Resource.NODES, name, "", patch);
    }

    /// The first share of a range that overlaps nothing that is taken.
    static Optional<Cidr> free(Cidr range, int mask, Set<Cidr> taken) {
        if (mask < range.prefix()) {
            return Optional.empty();
        }
        long shares = 1L << Math.min(mask - range.prefix(), 20);
        BigInteger base = new BigInteger(1, range.address().bytes());
        int bits = range.family().bits();
        for (long i = 0; i < shares; i++) {
            byte[] sum = base.add(BigInteger.valueOf(i).shiftLeft(bits - mask)).toByteArray();
            byte[] bytes = new byte[bits / 8];
            int length = Math.min(bytes.length, sum.length);
            System.arraycopy(sum, sum.length - length, bytes, bytes.length - length, length);
            Cidr share = new Cidr(io.stentor.model.IpAddress.of(bytes), mask);
            if (taken.stream().noneMatch(share::overlaps)) {
                return Optional.of(share);
            }
        }
        return Optional.empty();
    }
}
