package io.stentor.kernel.bpf;

/// What came of a test run.
///
/// @param value       what the program returned
/// @param packet      the packet as it is afterwards
/// @param context     the context as it is afterwards; empty if none was given
/// @param nanoseconds average of one run
@SuppressWarnings("ArrayRecordComponent")
public record TestResult(int value, byte[] packet, byte[] context, long nanoseconds) {}
