/// Connections that are over are collected here; the programs do without, at the price of room.
@NullMarked
package io.stentor.datapath.sweep;

import org.jspecify.annotations.NullMarked;
