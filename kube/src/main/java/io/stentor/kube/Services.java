package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Service to service.
public final class Services {

    private static final String TYPE = "service.cilium.io/type";
    private static final int USUAL_AFFINITY_SECONDS = 10800;
    private static final int LONGEST_AFFINITY_SECONDS = 86400;

    private final GenericKubernetesResource object;
    private final Tree annotations;
    private final Tree spec;
    private final Subject subject;

    private Services(GenericKubernetesResource object) {
        this.object = object;
        this.annotations = new Tree(object.getMetadata().getAnnotations());
        this.spec = new Tree(object.getAdditionalProperties()).at("spec");
        this.subject = Subject.of("Service", object);
    }

    /// No row for those that are another's to serve (by their labels), that have no address by design (headless,
    /// ExternalName) or none yet.
    public static Translated<Optional<Service>> translate(GenericKubernetesResource object, ServiceSettings settings) {
        if (!ServiceLabels.isServed(ServiceLabels.of(object), settings.proxyName())) {
            return new Translated<>(Optional.empty(), List.of());
        }
        Services reader = new Services(object);
        Optional<Service> service = reader.service(settings);
        return new Translated<>(service, reader.subject.problems());
    }

    private Optional<Service> service(ServiceSettings settings) {
        String type = spec.at("type").text().orElse("ClusterIP");
        if (type.equals("ExternalName") || isHeadless()) {
            return Optional.empty();
        }
        Optional<Set<Frontends>> ofType = Frontends.ofType(type);
        if (ofType.isEmpty()) {
            subject.wrong("spec.type", "'" + type + "' is none of ClusterIP, NodePort, LoadBalancer, ExternalName");
            return Optional.empty();
        }
        Set<Frontends> frontends = ofType.get();
        only().ifPresent(one -> frontends.retainAll(Set.of(one, Frontends.EXTERNAL)));
        List<ServicePort> ports = new ServicePorts(
                        subject, Optional.of(settings.nodePorts()).filter(_ -> frontends.contains(Frontends.NODE_PORT)))
                .read(spec.at("ports").items());
        Service.Reach reach = new ServiceReach(object, subject).read(frontends);
        Service.Selection selection = selection(type.equals("LoadBalancer"));
        String created = Objects.requireNonNullElse(object.getMetadata().getCreationTimestamp(), "");
        ServiceName name = new ServiceName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
        return Optional.of(new Service(name, created, ports, reach, selection)).filter(Services::isReachable);
    }

    private boolean isHeadless() {
        return spec.at("clusterIP").text().orElse("").equalsIgnoreCase("None")
                || spec.at("clusterIPs").items().stream()
                        .anyMatch(ip -> ip.text().orElse("").equalsIgnoreCase("None"));
    }

    private static boolean isReachable(Service service) {
        Service.Reach reach = service.reach();
        boolean hasAddress = !reach.clusterIps().isEmpty()
                || !reach.externalIps().isEmpty()
                || !reach.balancerIps().isEmpty();
        return service.ports().stream().anyMatch(port -> hasAddress || port.nodePort() != 0);
    }

    /// The only kind of frontend, if it is to have one alone; external addresses it keeps, as Cilium has it.
    private Optional<Frontends> only() {
        String type = annotations.at(TYPE).shown();
        Optional<Frontends> only = Frontends.named(type);
        if (only.isEmpty() && !type.isEmpty()) {
            subject.wrong(
                    "metadata.annotations[" + TYPE + "]",
                    "'" + type + "' is none of ClusterIP, NodePort, LoadBalancer, and has no effect");
        }
        return only;
    }

    private Service.Selection selection(boolean balanced) {
        TrafficPolicy outside = policy("externalTrafficPolicy");
        Tree health = spec.at("healthCheckNodePort");
        boolean asked = balanced && outside == TrafficPolicy.LOCAL && !health.isAbsent();
        return new Service.Selection(
                policy("internalTrafficPolicy"),
                outside,
                affinitySeconds(),
                asked ? subject.port(health, "spec.healthCheckNodePort").orElse(0) : 0);
    }

    private TrafficPolicy policy(String field) {
        Tree value = spec.at(field);
        return switch (value.shown()) {
            case "", "Cluster" -> TrafficPolicy.CLUSTER;
            case "Local" -> TrafficPolicy.LOCAL;
            default -> {
                subject.wrong(
                        "spec." + field, "'" + value.shown() + "' is neither Cluster nor Local; it is as Cluster");
                yield TrafficPolicy.CLUSTER;
            }
        };
    }

    private int affinitySeconds() {
        String affinity = spec.at("sessionAffinity").shown();
        return switch (affinity) {
            case "", "None" -> 0;
            case "ClientIP" -> timeout();
            default -> {
                subject.wrong("spec.sessionAffinity", "'" + affinity + "' is neither None nor ClientIP; it is as None");
                yield 0;
            }
        };
    }

    private int timeout() {
        Tree value = spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds");
        Optional<Integer> seconds = value.number()
                .filter(n -> n >= 1 && n <= LONGEST_AFFINITY_SECONDS)
                .map(Long::intValue);
        if (seconds.isEmpty() && !value.isAbsent()) {
            subject.wrong(
                    "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
                    "'" + value.shown() + "' is not from 1 to " + LONGEST_AFFINITY_SECONDS + "; it is as "
                            + USUAL_AFFINITY_SECONDS);
        }
        return seconds.orElse(USUAL_AFFINITY_SECONDS);
    }
}
