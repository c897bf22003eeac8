/// Derives Java from the BTF of the compiled objects (`make gen`). The conventions stand in
/// `src/main/c/layout/layout_tags.h`.
@NullMarked
package io.stentor.bpf.gen;

import org.jspecify.annotations.NullMarked;
