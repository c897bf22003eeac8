package io.stentor.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// How objects are read and written, with the kinds that are read here and no others.
///
/// Left to itself, the client looks up every class of every kind that Kubernetes has, more than a thousand, before it
/// says its first word: a sixth of what an agent's start takes, and memory for good.
final class Wire {

    private Wire() {}

    static KubernetesSerialization serialization() {
        KubernetesSerialization serialization = new KubernetesSerialization(new ObjectMapper(), false);
        serialization.registerKubernetesResource(Status.class);
        serialization.registerKubernetesResource(Node.class);
        serialization.registerKubernetesResource(Pod.class);
        serialization.registerKubernetesResource(CustomResourceDefinition.class);
        return serialization;
    }

    /// Reads a kubeconfig as [Config#fromKubeconfig(File)] does, without the look-up that comes with that.
    static Config kubeconfig(KubernetesSerialization serialization, Path path) throws IOException {
        try (InputStream text = Files.newInputStream(path)) {
            var read = serialization.unmarshal(text, io.fabric8.kubernetes.api.model.Config.class);
            File file = path.toFile();
            // By these the client finds what is named relative to the file.
            read.getContexts().forEach(named -> note(named.getAdditionalProperties(), "CONTEXT", file));
            read.getClusters().forEach(named -> note(named.getAdditionalProperties(), "CLUSTER", file));
            read.getUsers().forEach(named -> note(named.getAdditionalProperties(), "AUTH_INFO", file));
            Config config = Config.empty();
            KubeConfigUtils.merge(config, null, read);
            // The client reads tokens there, and no files of tokens.
            tokenFile(read)
                    .map(path.toAbsolutePath()::resolveSibling)
                    .ifPresent(tokens -> config.setOauthTokenProvider(new TokenFile(tokens)));
            return config;
        }
    }

    /// Of the current context's user; relative to the kubeconfig, or absolute.
    private static Optional<String> tokenFile(io.fabric8.kubernetes.api.model.Config kubeconfig) {
        return kubeconfig.getContexts().stream()
                .filter(named -> named.getName().equals(kubeconfig.getCurrentContext()))
                .flatMap(context -> kubeconfig.getUsers().stream()
                        .filter(named ->
                                named.getName().equals(context.getContext().getUser())))
                .map(user -> user.getUser().getTokenFile())
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static void note(Map<String, Object> properties, String what, File file) {
        properties.put("KUBERNETES_CONFIG_" + what + "_FILE_KEY", file);
    }
}
