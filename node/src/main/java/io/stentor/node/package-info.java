@NullMarked
package io.stentor.node;

import org.jspecify.annotations.NullMarked;
