@NullMarked
package io.stentor.cli;

import org.jspecify.annotations.NullMarked;
