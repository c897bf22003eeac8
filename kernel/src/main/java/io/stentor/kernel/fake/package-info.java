/// A kernel of plain Java objects behind the same door, for tests that need no Linux.
@NullMarked
package io.stentor.kernel.fake;

import org.jspecify.annotations.NullMarked;
