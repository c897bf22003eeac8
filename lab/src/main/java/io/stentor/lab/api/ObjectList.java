package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// What a list answers.
///
/// @param items           in the order of their names; shared, not to be changed
/// @param resourceVersion the state that was read, from where a watch goes on
public record ObjectList(List<ObjectNode> items, String resourceVersion) {}
