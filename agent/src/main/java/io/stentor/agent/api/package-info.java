/// What the agent tells about itself: to the command line over its socket, to probes and to Prometheus over HTTP.
/// Everything here reads; nothing is changed.
@NullMarked
package io.stentor.agent.api;

import org.jspecify.annotations.NullMarked;
