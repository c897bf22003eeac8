/// `stentor connectivity test`: pods put into a cluster, what they ask each other, and whether the answers are what a
/// Kubernetes network owes them. [Catalogue] has the cases, [ConnectivityTest] runs them; what is in between is
/// pure, but for [TestBed] and the two scenarios.
@NullMarked
package io.stentor.kube.connectivity;

import org.jspecify.annotations.NullMarked;
