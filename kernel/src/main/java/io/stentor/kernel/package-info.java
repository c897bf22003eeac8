@NullMarked
package io.stentor.kernel;

import org.jspecify.annotations.NullMarked;
