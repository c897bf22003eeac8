/// Reads what clang's `bpf` target writes: ELF objects, their BTF, the maps and programs in them. The build and its
/// tests use it; loading is libbpf's work.
@NullMarked
package io.stentor.bpf.btf;

import org.jspecify.annotations.NullMarked;
