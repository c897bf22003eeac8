/// A cluster on one machine: the `stentor lab` commands and the process that keeps a lab running.
@NullMarked
package io.stentor.lab;

import org.jspecify.annotations.NullMarked;
