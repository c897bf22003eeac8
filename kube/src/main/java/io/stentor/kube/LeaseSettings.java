package io.stentor.kube;

import java.time.Duration;

/// Leader election of the operator's replicas.
///
/// @param duration      a leader that has not renewed for this long may be replaced
/// @param renewDeadline a leader that cannot renew for this long steps down
/// @param retryPeriod   between attempts
public record LeaseSettings(Duration duration, Duration renewDeadline, Duration retryPeriod) {}
