/// Our programs and maps in the kernel: what they shall be (`compile`), made so (`sync`, `attach`).
@NullMarked
package io.stentor.datapath;

import org.jspecify.annotations.NullMarked;
