/// What the programs would do with a packet that nobody has sent.
@NullMarked
package io.stentor.datapath.explain;

import org.jspecify.annotations.NullMarked;
