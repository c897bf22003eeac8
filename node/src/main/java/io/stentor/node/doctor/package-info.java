/// What `stentor doctor` says of a host: whether Stentor can live there, and what stands in its way. Reads, changes
/// nothing, needs no agent.
@NullMarked
package io.stentor.node.doctor;

import org.jspecify.annotations.NullMarked;
