/// Classes that break the rules of `model`, so that the rules can be seen to notice.
@NullMarked
package io.stentor.model.breach;

import org.jspecify.annotations.NullMarked;
