/// Real traffic through whole clusters: what "pod networking" promises, tried with the tools that people have.
@NullMarked
package io.stentor.lab.traffic;

import org.jspecify.annotations.NullMarked;
