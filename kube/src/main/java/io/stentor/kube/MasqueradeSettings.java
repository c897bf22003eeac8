package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which pod packets leave with the node's address.
///
/// @param families     families that are masqueraded (`enable-ipv4-masquerade`, `enable-ipv6-masquerade`)
/// @param nativeRanges `ipv4-native-routing-cidr`, `ipv6-native-routing-cidr`: never masqueraded to; may be empty
/// @param rangesFile   file of ranges that are not masqueraded (`enable-ip-masq-agent`), see [MasqueradeRanges]; when
///                     present, the default exclusion of the local pod CIDR does not apply
public record MasqueradeSettings(Set<Family> families, List<Cidr> nativeRanges, Optional<Path> rangesFile) {}
