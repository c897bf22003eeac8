package io.stentor.model.breach;

import io.stentor.kernel.KernelVersion;

/// A fact that knows the kernel.
public record UsesAModuleBelow(KernelVersion version) {}
