package io.stentor.lab.traffic;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Pods that answer on [Place#PORT], as the API takes them.
final class TalkPod {
    private TalkPod() {}

    /// @param linger seconds that it serves on when it is told to end
    static Pod of(String name, int node, boolean hostNetwork, Map<String, String> labels, int linger) {
        List<String> serve = new ArrayList<>(List.of("env", "LINGER=" + linger));
        serve.addAll(Place.talk("serve", Integer.toString(Place.PORT)));
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-" + node)
                .withHostNetwork(hostNetwork)
                .withTerminationGracePeriodSeconds(1L + 2L * linger)
                .addNewContainer()
                .withName("talk")
                .withImage("none")
                .withCommand(serve)
                .withNewReadinessProbe()
                .withNewTcpSocket()
                .withNewPort(Place.PORT)
                .endTcpSocket()
                .withPeriodSeconds(1)
                .endReadinessProbe()
                .endContainer()
                .endSpec()
                .build();
    }

    /// With a port of its node that leads to it, TCP and UDP.
    static Pod harbour(String name, int node, int hostPort) {
        List<ContainerPort> ports = Stream.of("TCP", "UDP")
                .map(protocol -> new ContainerPortBuilder()
                        .withProtocol(protocol)
                        .withContainerPort(Place.PORT)
                        .withHostPort(hostPort)
                        .build())
                .toList();
        Pod pod = of(name, node, false, Map.of(), 0);
        Container container = new ContainerBuilder(pod.getSpec().getContainers().getFirst())
                .withPorts(ports)
                .build();
        pod.getSpec().setContainers(List.of(container));
        return pod;
    }
}
