/// Layouts as text that other builds can read, and the way of an entry from one build's layout to another's.
@NullMarked
package io.stentor.bpf.described;

import org.jspecify.annotations.NullMarked;
