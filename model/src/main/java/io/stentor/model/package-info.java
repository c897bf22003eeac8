/// Facts: what the cluster says and what a node has, as records and immutable tables. No I/O.
@NullMarked
package io.stentor.model;

import org.jspecify.annotations.NullMarked;
