/// A kubelet for labs: runs pods as processes of the host's file system, in network namespaces that the real CNI
/// plugin connects.
@NullMarked
package io.stentor.lab.kubelet;

import org.jspecify.annotations.NullMarked;
