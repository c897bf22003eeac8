@NullMarked
package io.stentor.kube;

import org.jspecify.annotations.NullMarked;
