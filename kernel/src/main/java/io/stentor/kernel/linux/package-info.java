/// The real kernel: system calls, libbpf and netlink messages. Not exported.
@NullMarked
package io.stentor.kernel.linux;

import org.jspecify.annotations.NullMarked;
