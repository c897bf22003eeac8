/// What programs have written, from the maps of one build to those of another.
@NullMarked
package io.stentor.datapath.carry;

import org.jspecify.annotations.NullMarked;
