@NullMarked
package io.stentor.flow;

import org.jspecify.annotations.NullMarked;
