/// A lab on somebody's real cluster: its API server, reached by a kubeconfig, instead of the lab's own.
@NullMarked
package io.stentor.lab.real;

import org.jspecify.annotations.NullMarked;
