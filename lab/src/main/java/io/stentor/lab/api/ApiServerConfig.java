package io.stentor.lab.api;

import io.stentor.model.Cidr;
import java.util.List;

/// @param identity     the certificate authority, and who the server is
/// @param serviceCidrs where ClusterIPs come from: one range, or two of different families; the first is the primary
/// @param podLogs      who answers `kubectl logs`
/// @param version      the Kubernetes version that the server says it is: `v1.32.0`
public record ApiServerConfig(Certificates identity, List<Cidr> serviceCidrs, PodLogs podLogs, String version) {}
