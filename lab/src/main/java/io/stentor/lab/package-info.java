@NullMarked
package io.stentor.lab;

import org.jspecify.annotations.NullMarked;
