package io.stentor.kube.connectivity;

import java.time.Duration;

/// A case in one address family, done.
///
/// @param family `ipv4`, `ipv6`
/// @param time   since its pods were asked for: cases are tried side by side
public record Result(String name, String family, String sentence, Verdict verdict, Duration time) {}
