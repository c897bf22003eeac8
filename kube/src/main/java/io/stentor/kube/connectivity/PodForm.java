package io.stentor.kube.connectivity;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;

/// A pod of the test, as the API server is asked for it: the probe, out of a ConfigMap, in any image.
///
/// @param name        of the pod
/// @param node        that it runs on
/// @param hostNetwork whether it is in the node's network
/// @param lasting     whether it is started again when it ends
/// @param arguments   of the probe
record PodForm(String name, String node, boolean hostNetwork, boolean lasting, List<String> arguments) {

    static final String CONFIG_MAP = "probe";
    static final String KEY = "probe";

    /// Below `/run`, where every image can have a folder.
    private static final String FOLDER = "/run/stentor-probe";

    private static final int EXECUTABLE = 0755;

    Pod pod(String namespace, String image) {
        List<String> command = new ArrayList<>(List.of(FOLDER + "/" + KEY));
        command.addAll(arguments);
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(TestBed.LABELS)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .withHostNetwork(hostNetwork ? true : null)
                .withRestartPolicy(lasting ? "Always" : "Never")
                .withTerminationGracePeriodSeconds(1L)
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .addNewToleration()
                .withOperator("Exists")
                .endToleration()
                .addNewVolume()
                .withName("probe")
                .withNewConfigMap()
                .withName(CONFIG_MAP)
                .withDefaultMode(EXECUTABLE)
                .endConfigMap()
                .endVolume()
                .addNewContainer()
                .withName("probe")
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand(command)
                .withNewSecurityContext()
                .withRunAsUser(0L)
                .withNewCapabilities()
                .addToAdd("NET_RAW")
                .endCapabilities()
                .endSecurityContext()
                .addNewVolumeMount()
                .withName("probe")
                .withMountPath(FOLDER)
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
    }
}
