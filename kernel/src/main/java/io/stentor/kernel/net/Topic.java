package io.stentor.kernel.net;

/// What a subscription is about; both IP versions.
public enum Topic {
    LINKS,
    ADDRESSES,
    ROUTES,
    NEIGHBOURS
}
