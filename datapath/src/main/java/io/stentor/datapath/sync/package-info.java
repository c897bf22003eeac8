/// Images to kernel maps: knows what the maps hold, writes the difference, and is alone in doing so.
@NullMarked
package io.stentor.datapath.sync;

import org.jspecify.annotations.NullMarked;
