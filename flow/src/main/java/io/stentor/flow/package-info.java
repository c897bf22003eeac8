/// What the datapath reports, decoded and resolved.
@NullMarked
package io.stentor.flow;

import org.jspecify.annotations.NullMarked;
