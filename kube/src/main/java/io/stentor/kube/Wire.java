package io.stentor.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.NamedContext;
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
import java.util.ArrayList;
import java.util.List;
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
        return kubeconfig(serialization, List.of(path), Optional.empty());
    }

    /// @param paths   what is in an earlier one stands before what is in a later one
    /// @param context instead of the current one
    /// @throws IllegalArgumentException if there is no such context
    static Config kubeconfig(KubernetesSerialization serialization, List<Path> paths, Optional<String> context)
            throws IOException {
        List<io.fabric8.kubernetes.api.model.Config> all = new ArrayList<>();
        for (Path path : paths) {
            all.add(read(serialization, path));
        }
        if (context.isPresent()) {
            List<String> names = all.stream()
                    .flatMap(each -> each.getContexts().stream())
                    .map(NamedContext::getName)
                    .toList();
            if (!names.contains(context.get())) {
                throw new IllegalArgumentException(
                        "there is no context '" + context.get() + "', but " + String.join(", ", names));
            }
        }
        Config config = Config.empty();
        KubeConfigUtils.merge(config, context.orElse(null), all.toArray(io.fabric8.kubernetes.api.model.Config[]::new));
        // The client reads tokens there, and no files of tokens.
        Optional<String> user = user(all, context);
        for (int i = 0; i < paths.size() && config.getOauthTokenProvider() == null; i++) {
            tokenFile(all.get(i), user)
                    .map(paths.get(i).toAbsolutePath()::resolveSibling)
                    .ifPresent(tokens -> config.setOauthTokenProvider(new TokenFile(tokens)));
        }
        return config;
    }

    private static io.fabric8.kubernetes.api.model.Config read(KubernetesSerialization serialization, Path path)
            throws IOException {
        try (InputStream text = Files.newInputStream(path)) {
            var read = serialization.unmarshal(text, io.fabric8.kubernetes.api.model.Config.class);
            File file = path.toFile();
            // By these the client finds what is named relative to the file.
            read.getContexts().forEach(named -> note(named.getAdditionalProperties(), "CONTEXT", file));
            read.getClusters().forEach(named -> note(named.getAdditionalProperties(), "CLUSTER", file));
            read.getUsers().forEach(named -> note(named.getAdditionalProperties(), "AUTH_INFO", file));
            return read;
        }
    }

    /// Who asks in a context, the first current one where none is named; empty if there is none.
    private static Optional<String> user(
            List<io.fabric8.kubernetes.api.model.Config> kubeconfigs, Optional<String> context) {
        Optional<String> name = context.or(() -> kubeconfigs.stream()
                .map(io.fabric8.kubernetes.api.model.Config::getCurrentContext)
                .filter(current -> current != null && !current.isEmpty())
                .findFirst());
        return kubeconfigs.stream()
                .flatMap(each -> each.getContexts().stream())
                .filter(named -> name.filter(named.getName()::equals).isPresent())
                .map(named -> named.getContext().getUser())
                .filter(Objects::nonNull)
                .findFirst();
    }

    /// Relative to the kubeconfig, or absolute.
    private static Optional<String> tokenFile(
            io.fabric8.kubernetes.api.model.Config kubeconfig, Optional<String> user) {
        return kubeconfig.getUsers().stream()
                .filter(named -> user.filter(named.getName()::equals).isPresent())
                .map(named -> named.getUser().getTokenFile())
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static void note(Map<String, Object> properties, String what, File file) {
        properties.put("KUBERNETES_CONFIG_" + what + "_FILE_KEY", file);
    }
}
