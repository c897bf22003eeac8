/// What is done once for the whole cluster, by the operator: CRDs, pod CIDRs, taints and conditions of Nodes, and the
/// collection of objects that nobody owns any more.
@NullMarked
package io.stentor.kube.cluster;

import org.jspecify.annotations.NullMarked;
