/// Programs in the kernel: loaded as a generation, attached to interfaces, swapped without a gap.
@NullMarked
package io.stentor.datapath.attach;

import org.jspecify.annotations.NullMarked;
