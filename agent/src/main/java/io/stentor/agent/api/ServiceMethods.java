package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.compile.ServedServices;
import io.stentor.flow.Owners;
import io.stentor.model.ServiceName;
import io.stentor.node.Method;
import io.stentor.node.Reply;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The methods `service.list` and `service.get`: services as this node serves them.
final class ServiceMethods {
    private final AgentView view;

    private ServiceMethods(AgentView view) {
        this.view = view;
    }

    static Map<String, Method> of(AgentView view) {
        ServiceMethods methods = new ServiceMethods(view);
        return Map.of("service.list", methods::list, "service.get", methods::get);
    }

    private ServedRows rows() {
        return new ServedRows(
                view.kernel().map(Maps.FRONTENDS.name()),
                new Owners(view.facts().state().get(), view.about().node()));
    }

    /// A row for each frontend.
    private void list(JsonNode request, Reply reply) throws IOException {
        String namespace = request.path("namespace").asText("");
        ServedServices services = view.facts().services().get();
        ServedRows made = rows();
        Rows rows = new Rows(reply);
        for (ServiceName name : services.names().toList()) {
            if (namespace.isEmpty() || name.namespace().equals(namespace)) {
                for (ObjectNode row : services.of(name).map(made::brief).orElse(List.of())) {
                    rows.add(row);
                }
            }
        }
        rows.end();
    }

    private void get(JsonNode request, Reply reply) throws IOException {
        String wanted = request.path("service").asText("");
        String namespace = request.path("namespace").asText("");
        ServedServices services = view.facts().services().get();
        Collection<ServiceName> found = called(wanted, namespace, services);
        if (found.size() > 1) {
            reply.refuse(wanted + " is several services: "
                    + found.stream().map(ServiceName::toString).collect(Collectors.joining(", ")) + "; name one");
            return;
        }
        Optional<ObjectNode> row = found.stream()
                .findFirst()
                .flatMap(services::of)
                .map(served -> rows().whole(served, Health.of(view).problems()));
        if (row.isPresent()) {
            reply.result(row.get().toString());
        } else {
            reply.refuse("no service " + wanted + (namespace.isEmpty() ? "" : " in the namespace " + namespace)
                    + " is served on node " + view.about().node()
                    + "; headless ones and those of type ExternalName have no address to be served at");
        }
    }

    /// By name, with or without its namespace, or by where it is reached.
    private static Collection<ServiceName> called(String wanted, String namespace, ServedServices services) {
        Optional<Place> place = Place.parse(wanted);
        if (place.isPresent()) {
            return services.at(place.get().address(), place.get().port());
        }
        int slash = wanted.indexOf('/');
        String in = slash < 0 ? namespace : wanted.substring(0, slash);
        String name = wanted.substring(slash + 1);
        return services.names()
                .filter(candidate -> candidate.name().equals(name))
                .filter(candidate -> in.isEmpty() || candidate.namespace().equals(in))
                .toList();
    }
}
