/// What maps shall hold for a state: pure functions from facts to images.
@NullMarked
package io.stentor.datapath.compile;

import org.jspecify.annotations.NullMarked;
