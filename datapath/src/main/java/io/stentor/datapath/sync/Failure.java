package io.stentor.datapath.sync;

import org.jspecify.annotations.Nullable;

/// Why one entry is not as it should be.
///
/// @param desired the value that could not be written, or null if the entry could not be deleted
/// @param reason  what the kernel said
/// @param full    whether it was that the map has no room
/// @param stale   whether another entry stands there now, which may point at what is to go
record Failure(@Nullable ByteString desired, String reason, boolean full, boolean stale) {}
