package io.stentor.kernel.bpf;

/// A program found at a hook, whoever put it there.
///
/// @param programId the kernel's number for it
/// @param linkId    of its link, 0 if it is attached without one
/// @param name      as its loader named it, up to 15 characters
public record Attached(int programId, int linkId, String name) {}
