@NullMarked
package io.stentor.operator;

import org.jspecify.annotations.NullMarked;
