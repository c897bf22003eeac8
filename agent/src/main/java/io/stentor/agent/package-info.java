@NullMarked
package io.stentor.agent;

import org.jspecify.annotations.NullMarked;
