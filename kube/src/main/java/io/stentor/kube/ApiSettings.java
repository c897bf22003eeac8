package io.stentor.kube;

import java.nio.file.Path;
import java.util.Optional;

/// How the Kubernetes API is reached.
///
/// @param kubeconfig     absent: in-cluster, or `KUBECONFIG`
/// @param qps            requests a second on average
/// @param burst          requests at once
/// @param namespace      where Stentor is installed; Leases are kept there (`k8s-namespace`)
public record ApiSettings(Optional<Path> kubeconfig, int qps, int burst, String namespace) {}
