/// What a node does around the datapath: it answers kubelet's CNI requests, gives addresses to pods, keeps links,
/// routes and settings of the host as the desired state says, and remembers what it changed.
///
/// Start at [io.stentor.node.NodeServices].
@NullMarked
package io.stentor.node;

import org.jspecify.annotations.NullMarked;
