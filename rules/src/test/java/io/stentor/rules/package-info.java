/// The build's own rules: which module may use which, and who may call native code.
@NullMarked
package io.stentor.rules;

import org.jspecify.annotations.NullMarked;
