package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// What one revision did to one object.
///
/// @param before null when it was created
/// @param after  its state; for a deletion its last state, with the deletion's revision
record Change(long revision, ObjectName name, @Nullable ObjectNode before, ObjectNode after, boolean deleted) {}
