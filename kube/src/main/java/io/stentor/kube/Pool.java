package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.util.List;

/// Ranges that pod CIDRs of one family are allocated from.
///
/// @param cidrs    disjoint, in the order in which they are used; never empty
/// @param maskSize prefix length of a node's pod CIDR, never shorter than that of a range
public record Pool(Family family, List<Cidr> cidrs, int maskSize) {}
