/// What crosses between the eBPF programs and Java: the compiled objects, the layouts of keys, values, events and
/// configuration, and the specification of every map. `generated` is derived from the C headers by `make gen`.
@NullMarked
package io.stentor.bpf;

import org.jspecify.annotations.NullMarked;
