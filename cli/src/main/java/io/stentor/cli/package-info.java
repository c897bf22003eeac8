/// The `stentor` command: asks the agent of a node over its socket and shows what it answers.
@NullMarked
package io.stentor.cli;

import org.jspecify.annotations.NullMarked;
