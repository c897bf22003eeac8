package io.stentor.kube;

import io.stentor.model.Family;
import java.util.Set;

/// Pods' addresses.
///
/// @param families never empty
public record PodSettings(Set<Family> families, IpamMode ipam) {}
