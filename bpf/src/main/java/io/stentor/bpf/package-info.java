@NullMarked
package io.stentor.bpf;

import org.jspecify.annotations.NullMarked;
