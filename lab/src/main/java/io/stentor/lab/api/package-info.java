/// The lab's own API server: enough of Kubernetes for kubectl, informers and the controllers of a small cluster.
/// It is made for labs and tests and is no place for anything else.
///
/// A request goes connection -> dispatcher -> registry (the rules of objects) -> store (revisions, watches).
/// What runs in the same process uses [ObjectApi] and skips the first two.
@NullMarked
package io.stentor.lab.api;

import org.jspecify.annotations.NullMarked;
