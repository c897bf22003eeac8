@NullMarked
package io.stentor.datapath;

import org.jspecify.annotations.NullMarked;
