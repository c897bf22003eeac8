package io.stentor.kube;

/// Which addresses of packets are changed.
public record TranslationSettings(MasqueradeSettings masquerade, ServiceSettings services) {}
