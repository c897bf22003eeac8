/// eBPF objects: maps, programs, links, rings, as the kernel offers them.
@NullMarked
package io.stentor.kernel.bpf;

import org.jspecify.annotations.NullMarked;
