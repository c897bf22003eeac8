package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Problem;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.Source;
import io.stentor.model.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Services as seen, on their way into the state. Some are served by certain nodes alone, which they tell by labels of
/// nodes; these are looked at again when the labels of this one change.
final class ServiceTable implements ObjectTable {

    /// Annotation: nodes with these labels serve it.
    private static final String NODE_SELECTOR = "service.cilium.io/node-selector";

    /// Annotation, and the label of nodes that has to have the same value. The selector comes before it.
    private static final String NODE = "service.cilium.io/node";

    private final ServiceSettings settings;
    private final PlainTable<ServiceName, Service> plain;
    private final Map<ServiceName, GenericKubernetesResource> selective = new HashMap<>();
    private Map<String, String> labels = Map.of();

    ServiceTable(ServiceSettings settings) {
        this.settings = settings;
        this.plain = PlainTable.ofServices(this::translate);
    }

    private Translated<Optional<Service>> translate(GenericKubernetesResource object) {
        Tree annotations = new Tree(object.getMetadata().getAnnotations());
        Tree selector = annotations.at(NODE_SELECTOR);
        Tree node = annotations.at(NODE);
        if (selector.isAbsent()) {
            boolean here = node.isAbsent() || node.shown().equals(labels.get(NODE));
            return here ? Services.translate(object, settings) : nothing();
        }
        Optional<LabelSelector> parsed = LabelSelector.parse(selector.shown());
        if (parsed.isEmpty()) {
            return new Translated<>(
                    Optional.empty(),
                    List.of(new Problem(
                            name(object).object(),
                            "metadata.annotations[" + NODE_SELECTOR + "]",
                            "'" + selector.shown() + "' is not a selector of labels: no node serves it")));
        }
        return parsed.get().test(labels) ? Services.translate(object, settings) : nothing();
    }

    private static Translated<Optional<Service>> nothing() {
        return new Translated<>(Optional.empty(), List.of());
    }

    private static ServiceName name(GenericKubernetesResource object) {
        return new ServiceName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    private static boolean isSelective(GenericKubernetesResource object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations != null && (annotations.containsKey(NODE_SELECTOR) || annotations.containsKey(NODE));
    }

    /// This node has these labels.
    void nodeIs(Map<String, String> now) {
        if (!now.equals(labels)) {
            labels = Map.copyOf(now);
            selective.values().forEach(plain::seen);
        }
    }

    @Override
    public Source source() {
        return plain.source();
    }

    @Override
    public Set<Source> after() {
        return plain.after();
    }

    @Override
    public void seen(GenericKubernetesResource object) {
        if (isSelective(object)) {
            selective.put(name(object), object);
        } else {
            selective.remove(name(object));
        }
        plain.seen(object);
    }

    @Override
    public void gone(GenericKubernetesResource object) {
        selective.remove(name(object));
        plain.gone(object);
    }

    @Override
    public State into(State state) {
        return plain.into(state);
    }

    @Override
    public State alone(State state) {
        return plain.alone(state);
    }

    @Override
    public void told() {
        plain.told();
    }
}
