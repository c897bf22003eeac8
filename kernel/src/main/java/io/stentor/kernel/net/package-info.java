/// rtnetlink: links, addresses, routes, rules and neighbours of one network namespace.
@NullMarked
package io.stentor.kernel.net;

import org.jspecify.annotations.NullMarked;
