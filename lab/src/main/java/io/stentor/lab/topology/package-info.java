/// What a lab is made of in the kernel: namespaces, links, addresses, cgroups and the processes inside them.
///
/// Everything is made by the commands that a person would use (`ip`, `unshare`, `nsenter`, `mount`, `nft`), so that
/// what stands in the lab's log can be tried by hand.
@NullMarked
package io.stentor.lab.topology;

import org.jspecify.annotations.NullMarked;
