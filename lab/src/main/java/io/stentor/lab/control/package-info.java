/// The controllers that a small cluster needs, each a loop over mirrors of the API's objects.
@NullMarked
package io.stentor.lab.control;

import org.jspecify.annotations.NullMarked;
